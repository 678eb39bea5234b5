import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import {
  hasConfiguration,
  layersOf,
} from '../../../../../src/kinds/dynamicenv/configuration/layers.ts';
import { environment } from '../../../../support/configuration.ts';
import { dynamicEnv } from '../../../../support/objects.ts';

const ENVIRONMENTS = [
  environment('dev', { vars: { A: '1' } }),
  environment('qa', { extends: 'dev', unset: ['B'] }),
  environment('lost', { extends: 'nobody' }),
  environment('round', { extends: 'round' }),
  { ...environment('broken'), spec: 'none' },
] as unknown as KubeObject[];
const view = {
  environments: () => Object.fromEntries(ENVIRONMENTS.map((one) => [one.metadata.name, one])),
};
const read = (spec = {}, config = {}) => layersOf(dynamicEnv(spec), view, config);

describe('layersOf', () => {
  it('reads the layers from the root parent to the own one', () => {
    const secrets = [{ name: 'S', secretKeyRef: { name: 's', key: 'k' } }];
    expect(read({ environment: 'qa', vars: { C: '3' }, secrets })).toEqual({
      layers: [
        { name: 'dev', vars: { A: '1' } },
        { name: 'qa', unset: ['B'] },
        { name: 'this DynamicEnv', vars: { C: '3' }, secrets },
      ],
    });
    expect(read({ unset: ['B'] })).toEqual({ layers: [{ name: 'this DynamicEnv', unset: ['B'] }] });
  });

  it.each([
    ['gone', 'spec.environment: Environment gone does not exist'],
    ['constructor', 'spec.environment: Environment constructor does not exist'],
    ['lost', 'spec.environment: Environment nobody, which lost extends, does not exist'],
    ['round', 'spec.environment: Environments extend each other in a circle (round → round)'],
    ['broken', 'spec.environment: Environment broken cannot be used (spec: expected a map)'],
  ])('tells at the field why %s cannot be read', (name, text) => {
    expect(read({ environment: name })).toEqual({ problem: expect.stringContaining(text) });
  });

  it('refuses an Environment in a cluster without the kind, and nothing else', () => {
    const off = { withoutEnvironments: true as const };
    expect(read({ environment: 'qa' }, off)).toEqual({
      problem: expect.stringMatching(/^spec\.environment: .*--kinds environment/),
    });
    expect(read({ vars: { A: '2' } }, off)).toHaveProperty('layers.length', 1);
  });
});

it.each([
  [{}, false],
  [{ environment: 'qa' }, true],
  [{ vars: {} }, true],
  [{ secrets: [] }, true],
  [{ unset: ['A'] }, true],
  [{ scope: [{ namespace: 'shop' }] }, false],
])('an env with %j has a configuration: %s', (spec, expected) => {
  expect(hasConfiguration(dynamicEnv(spec))).toBe(expected);
});
