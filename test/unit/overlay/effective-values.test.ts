import { describe, expect, it } from '@jest/globals';
import type { EnvVar } from '../../../src/k8s/workload.ts';
import { evaluator } from '../../../src/overlay/effective-values.ts';

const secretKeyRef = { name: 's', key: 'k' };
const field = { fieldPath: 'metadata.name' };
const long = 'x'.repeat(100 * 1024);

describe('the effective value of a list’s last variable', () => {
  it.each<[string, boolean, EnvVar[], EnvVar[]]>([
    ['no value and an empty one', true, [{ name: 'A' }], [{ name: 'A', value: '' }]],
    [
      'not optional, said or not',
      true,
      [{ name: 'A', valueFrom: { secretKeyRef } }],
      [{ name: 'A', valueFrom: { secretKeyRef: { ...secretKeyRef, optional: false } } }],
    ],
    [
      'the default version of a field',
      true,
      [{ name: 'A', valueFrom: { fieldRef: field } }],
      [{ name: 'A', valueFrom: { fieldRef: { ...field, apiVersion: 'v1' } } }],
    ],
    [
      'a key of a Secret and of a ConfigMap',
      false,
      [{ name: 'A', valueFrom: { secretKeyRef } }],
      [{ name: 'A', valueFrom: { configMapKeyRef: secretKeyRef } }],
    ],
    [
      'a text that looks like a symbol',
      false,
      [{ name: 'A', value: '$(B)' }],
      [{ name: 'A', value: '\0before:B\0;' }],
    ],
    [
      'a reference and its escaped form',
      false,
      [{ name: 'A', value: '$(B)' }],
      [{ name: 'A', value: '$$(B)' }],
    ],
    ['escaped dollars', true, [{ name: 'A', value: '$$B$' }], [{ name: 'A', value: '$B$' }]],
    [
      'a text in other pieces',
      true,
      [
        { name: 'B', value: 'b' },
        { name: 'A', value: 'a$(B)c' },
      ],
      [{ name: 'A', value: 'abc' }],
    ],
    [
      'a text that no program could be given, in other pieces',
      false,
      [
        { name: 'B', value: long },
        { name: 'A', value: '$(B)$(B)' },
      ],
      [{ name: 'A', value: long + long }],
    ],
  ])('%s: %s', (_, isEqual, one, other) => {
    const values = evaluator();
    expect(values(one).get('A') === values(other).get('A')).toBe(isEqual);
  });

  it('is built up to 2 MiB in all; what was built before is known', () => {
    const values = evaluator();
    const env = (prefix: string) => [
      { name: 'B', value: long },
      ...Array.from({ length: 30 }, (_, i) => ({ name: `A${i}`, value: `${prefix}${i}$(B)` })),
    ];
    const before = values(env('a'));
    const built = [...before.values()].filter((value) => value.length >= long.length);
    expect(built).toHaveLength(1 + 20);
    expect(values(env('a'))).toEqual(before);
  });
});
