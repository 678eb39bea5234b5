import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { readLayer } from '../../../src/overlay/read-layer.ts';
import { deepFreeze } from '../../support/objects.ts';

function read(spec: unknown) {
  return readLayer(deepFreeze({ metadata: { name: 'qa' }, spec }) as unknown as KubeObject);
}

const ref = { name: 's', key: 'k' };
const secret = { name: 'A', secretKeyRef: ref };

test.each([
  [{}, {}],
  [{ vars: null, secrets: null, unset: null, extends: null }, {}],
  [
    { vars: {}, secrets: [], unset: [] },
    { vars: {}, secrets: [], unset: [] },
  ],
  [{ secrets: [{ ...secret, secretKeyRef: { ...ref, optional: true } }] }, undefined],
  [{ vars: { '.a': '', _: '$(X)', 'B-c.9': 'x' } }, undefined],
])('%j is a layer', (spec, layer = spec) => {
  expect(read(spec)).toEqual({ layer: { name: 'qa', ...layer }, parent: undefined });
});

test('with its parent, and without what is no part of a layer', () => {
  const spec = { extends: 'dev', description: 'x', more: 1, vars: { A: '' } };
  expect(read(spec)).toEqual({ layer: { name: 'qa', vars: { A: '' } }, parent: 'dev' });
});

const SECRETS =
  'spec.secrets: expected a list of at most 64 items with name and secretKeyRef (name, key)';

test('as many names as the CRDs allow, and no more', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `V${index}`);
  const vars = (count: number) => Object.fromEntries(names(count).map((name) => [name, '']));
  const secrets = (count: number) => names(count).map((name) => ({ ...secret, name: `S${name}` }));
  const unset = (count: number) => names(count).map((name) => `U${name}`);
  const all = { vars: vars(128), secrets: secrets(64), unset: unset(128) };
  expect(read(all)).toEqual({ layer: { name: 'qa', ...all }, parent: undefined });
  for (const more of [{ vars: vars(129) }, { secrets: secrets(65) }, { unset: unset(129) }])
    expect(read(more)).toEqual({ wrong: expect.stringContaining('at most') });
});

test.each([
  [undefined, 'spec: expected a map'],
  [null, 'spec: expected a map'],
  [[], 'spec: expected a map'],
  ['a', 'spec: expected a map'],
  [{ extends: ['dev'] }, 'spec.extends: expected the name of an Environment'],
  [{ vars: [] }, 'spec.vars: expected a map of at most 128 texts'],
  [{ vars: { A: null } }, 'spec.vars: expected a map of at most 128 texts'],
  [{ secrets: {} }, SECRETS],
  [{ secrets: [null] }, SECRETS],
  [{ secrets: [{ name: 'A' }] }, SECRETS],
  [{ secrets: [{ name: 1, secretKeyRef: ref }] }, SECRETS],
  [{ secrets: [{ name: 'A', secretKeyRef: { name: 's' } }] }, SECRETS],
  [{ secrets: [{ name: 'A', secretKeyRef: { key: 's' } }] }, SECRETS],
  [{ secrets: [{ name: 'A', secretKeyRef: { ...ref, optional: 'yes' } }] }, SECRETS],
  [{ unset: 'A' }, 'spec.unset: expected a list of at most 128 names'],
  [{ unset: [1] }, 'spec.unset: expected a list of at most 128 names'],
  [{ vars: { '1A': '' } }, 'spec.vars: "1A" is no name of a variable'],
  [{ vars: { A: '', '..': '' } }, 'spec.vars: ".." is no name of a variable'],
  [{ unset: ['A=B'] }, 'spec.unset: "A=B" is no name of a variable'],
  [{ vars: { A: '' }, secrets: [secret] }, '"A" is in spec.vars and again in spec.secrets'],
  [{ secrets: [secret], unset: ['A'] }, '"A" is in spec.secrets and again in spec.unset'],
  [{ unset: ['A', 'A'] }, '"A" is in spec.unset and again in spec.unset'],
])('%j is none', (spec, wrong) => {
  expect(read(spec)).toEqual({ wrong });
});
