import { expect, it } from '@jest/globals';
import { subsetLabels } from '../../../../src/kinds/virtual-environment/subset-labels.ts';
import { levelWorkload } from '../../../support/virtual-environment-world.ts';

/** A workload by its version label; `~` after it: it rolls out. */
function workload(word: string) {
  const made = levelWorkload('app', 'dev', {
    labels: word === '~' || word === '' ? {} : { version: word.replace('~', '') },
  });
  return word.endsWith('~') ? { ...made, metadata: { ...made.metadata, generation: 2 } } : made;
}

const VERSION = { 'virtual-env': 'dev' };

it.each<[string, string[], Record<string, string> | undefined, Record<string, string>]>([
  ['no version label', [''], undefined, VERSION],
  ['one version', ['v1'], undefined, { ...VERSION, version: 'v1' }],
  ['the same version twice', ['v1', 'v1'], VERSION, { ...VERSION, version: 'v1' }],
  ['two versions', ['v1', 'v2'], { ...VERSION, version: 'v1' }, VERSION],
  ['a roll-out of a new version', ['v1~'], undefined, VERSION],
  [
    'a roll-out with the same version',
    ['v1~'],
    { ...VERSION, version: 'v1' },
    { ...VERSION, version: 'v1' },
  ],
  ['a roll-out to another version', ['v2~'], { ...VERSION, version: 'v1' }, VERSION],
  ['a roll-out without the version', ['~'], { ...VERSION, version: 'v1' }, VERSION],
  ['a roll-out, and a label that is not there yet', ['v1~'], VERSION, VERSION],
  ['a roll-out while the key of the label changes', ['v1~'], { old: 'dev' }, { old: 'dev' }],
  ['after it', ['v1'], { old: 'dev' }, { ...VERSION, version: 'v1' }],
  ['a roll-out, and labels that somebody edited', ['v1~'], { 'virtual-env': 'x' }, VERSION],
  ['a roll-out, and labels that somebody added', ['v1~'], { ...VERSION, more: 'x' }, VERSION],
])('%s', (_, words, labels, expected) => {
  const observed = labels && { value: 'dev', subset: 'dev', labels };
  const version = { value: 'dev', workloads: words.map(workload) };
  expect(subsetLabels(version, observed, { label: 'virtual-env' }, 'version')).toEqual(expected);
});

it('the label of versions may be the version label of the cluster', () => {
  const version = { value: 'dev', workloads: [workload('v1')] };
  expect(subsetLabels(version, undefined, { label: 'version' }, 'version')).toEqual({
    version: 'dev',
  });
});
