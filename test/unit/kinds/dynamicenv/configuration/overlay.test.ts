import { describe, expect, it } from '@jest/globals';
import type { EnvVar } from '../../../../../src/k8s/workload.ts';
import {
  overlayOf,
  withMark,
  withOverlay,
} from '../../../../../src/kinds/dynamicenv/configuration/overlay.ts';
import { layered } from '../../../../../src/overlay/layered.ts';
import { reading } from '../../../../support/configuration.ts';
import { deepFreeze } from '../../../../support/objects.ts';

const LAYERS = layered([{ name: 'qa', vars: { A: '2', C: '$(A)' }, unset: ['B'] }]);
const overlay = (env: EnvVar[], rest = {}, layers = LAYERS) =>
  overlayOf(deepFreeze(reading('shop/cart', { env, ...rest })), layers);

describe('the hash of a configuration', () => {
  const { hash } = overlay([
    { name: 'A', value: '1' },
    { name: 'X', value: 'x' },
  ]);

  it('is absent if nothing changes', () => {
    expect(hash).toMatch(/^[0-9a-f]{10}$/);
    expect(overlay([{ name: 'A', value: '2' }]).hash).toBeUndefined();
    expect(overlay([]).hash).toBeUndefined();
  });

  it('does not depend on what the layers leave alone', () => {
    expect(
      overlay([
        { name: 'A', value: '0' },
        { name: 'X', value: 'y' },
      ]).hash,
    ).toBe(hash);
    const more = layered([{ name: 'qa', vars: { A: '2', UNREAD: '3' } }]);
    expect(overlay([{ name: 'A', value: '1' }], {}, more).hash).toBe(hash);
  });

  it('changes with a value, with a variable that is removed, and with one that is added', () => {
    const other = layered([{ name: 'qa', vars: { A: '3' } }]);
    const hashes = [
      hash,
      overlay([{ name: 'A', value: '1' }], {}, other).hash,
      overlay([
        { name: 'A', value: '1' },
        { name: 'B', value: 'b' },
      ]).hash,
      overlay([{ name: 'C', value: 'c' }]).hash,
    ];
    expect(new Set(hashes).size).toBe(4);
  });
});

it.each([{ metadata: 'A' }, { metadata: undefined, template: 'Z, A' }])(
  'a variable that an annotation declares is set (%j)',
  ({ metadata, template }) => {
    const base = reading('shop/cart', {
      ...(metadata && { meta: { annotations: { 'riskified.com/variables': metadata } } }),
    });
    if (template) {
      base.spec.template.metadata = { annotations: { 'riskified.com/variables': template } };
    }
    const { containers, differences } = overlayOf(base, LAYERS);
    expect(containers[0]?.env).toEqual([{ name: 'A', value: '2' }]);
    expect(differences).toEqual([{ container: 'main', variable: 'A', layer: 'qa' }]);
  },
);

it('a clone is made of the base with the overlay, and carries its hash', () => {
  const base = deepFreeze(reading('shop/cart', { env: [{ name: 'A', value: '1' }] }));
  const made = overlayOf(base, LAYERS);
  const like = withOverlay(base, made);
  expect(like.spec.template.spec?.containers[0]?.env).toEqual([{ name: 'A', value: '2' }]);
  expect(like.spec.template.spec).not.toHaveProperty('initContainers');
  expect(withOverlay(base, undefined)).toBe(base);
  expect(withMark(base, made).metadata.annotations).toEqual({
    'riskified.com/configuration': made.hash,
    'riskified.com/configured-variables': '{"main":["A"]}',
  });
  // Nothing of the pods: they do not restart when an upgrade brings a mark.
  expect(withMark(base, made).spec).toBe(base.spec);
  expect(withMark(base, undefined)).toBe(base);
});
