import { expect, test } from '@jest/globals';
import type { EnvVar } from '../../../src/k8s/workload.ts';
import { shownValues } from '../../../src/overlay/shown-values.ts';

const secret = { valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } };

test.each<[string, EnvVar[], Record<string, string>]>([
  ['a value', [{ name: 'A', value: '1' }], { A: '1' }],
  ['no value', [{ name: 'A' }], { A: '' }],
  [
    'a reference to what stands before',
    [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)/$$(A)' },
    ],
    { A: '1', B: '1/$(A)' },
  ],
  [
    'a reference to what comes later, or to nothing, stays',
    [
      { name: 'B', value: '$(A)$(C)' },
      { name: 'A', value: '1' },
    ],
    { B: '$(A)$(C)', A: '1' },
  ],
  ['a secret is where it is', [{ name: 'P', ...secret }], { P: 'secret db/password' }],
  [
    'a reference to a secret stays, also where the name had a value before',
    [
      { name: 'P', value: 'plain' },
      { name: 'P', ...secret },
      { name: 'U', value: 'u:$(P)@h' },
    ],
    { P: 'secret db/password', U: 'u:$(P)@h' },
  ],
  [
    'other sources',
    [
      { name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
      { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'D', valueFrom: {} },
    ],
    {
      A: 'config map c/k',
      B: 'field metadata.name',
      C: 'resource limits.cpu',
      D: 'another source',
    },
  ],
  [
    'a name of Object.prototype',
    [{ name: 'constructor', value: '$(toString)' }],
    { constructor: '$(toString)' },
  ],
])('%s', (_, env, shown) => {
  expect(Object.fromEntries(shownValues(env))).toEqual(shown);
});

test('variables that double each other stay short', () => {
  const env = Array.from({ length: 200 }, (_, at) => ({
    name: `V${at}`,
    value: at === 0 ? 'x' : `$(V${at - 1})$(V${at - 1})`,
  }));
  for (const value of shownValues(env).values()) expect(value.length).toBeLessThan(200);
});
