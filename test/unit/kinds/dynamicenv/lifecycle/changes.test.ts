import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import { changesOf } from '../../../../../src/kinds/dynamicenv/lifecycle/changes.ts';
import type { Observed } from '../../../../../src/kinds/dynamicenv/observed.ts';
import { deepFreeze, deployment, injection, rule } from '../../../../support/objects.ts';

const marked = (hash: string) => ({ annotations: { 'riskified.com/spec-hash': hash } });
const clone = (hash = 'a', replicas = 1) => deployment('shop/x', { replicas }, marked(hash));
const going = rule('shop/r', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });

const NONE = { created: [], updated: [], deleted: [] };

describe('changesOf', () => {
  it.each<[string, Partial<Observed>, KubeObject[], object]>([
    ['nothing', {}, [], {}],
    ['a new one', {}, [clone()], { created: ['Deployment shop/x'] }],
    ['a child that stays', { deployments: [clone()] }, [clone()], {}],
    ['defaults of the API server', { deployments: [clone('a', 2)] }, [clone()], {}],
    [
      'another spec of a clone',
      { deployments: [clone('a')] },
      [clone('b')],
      { updated: ['Deployment shop/x'] },
    ],
    [
      'another spec of a rule',
      { rules: [rule('shop/r')] },
      [rule('shop/r', { subsets: [] })],
      { updated: ['DestinationRule shop/r'] },
    ],
    [
      'an activation',
      { injections: [injection({ active: false })] },
      [injection({ active: true })],
      { updated: [expect.stringMatching(/^RouteInjection \//)] },
    ],
    [
      'a child that is not answered',
      { rules: [rule('shop/r')] },
      [],
      { deleted: ['DestinationRule shop/r'] },
    ],
    ['a child that is being deleted', { rules: [going] }, [], {}],
    [
      'the same name in another namespace',
      { rules: [rule('shop/r')] },
      [rule('web/r')],
      { created: ['DestinationRule web/r'], deleted: ['DestinationRule shop/r'] },
    ],
  ])('%s', (_what, observed, desired, expected) => {
    const all = { deployments: [], rules: [], injections: [], ...observed };
    expect(changesOf(deepFreeze(all), deepFreeze(desired))).toEqual({ ...NONE, ...expected });
  });
});
