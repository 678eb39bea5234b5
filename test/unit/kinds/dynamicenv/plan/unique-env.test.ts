import { describe, expect, it } from '@jest/globals';
import type { EnvVar } from '../../../../../src/k8s/workload.ts';
import { uniqueEnv } from '../../../../../src/kinds/dynamicenv/plan/unique-env.ts';
import { deepFreeze } from '../../../../support/objects.ts';

/** `A=1 B=@ C=@?`: a value, a key of a ConfigMap, and an optional one. */
const env = (text: string): EnvVar[] =>
  text.split(' ').map((one) => {
    const at = one.indexOf('=');
    const [name, value] = [one.slice(0, at), one.slice(at + 1)];
    if (!value.startsWith('@')) return { name, value };
    const optional = value === '@?' ? { optional: true } : {};
    return { name, valueFrom: { configMapKeyRef: { name: 'c', key: 'k', ...optional } } };
  });

function found(text: string): { env: EnvVar[]; problems: string[] } {
  const problems: string[] = [];
  return { env: uniqueEnv(deepFreeze(env(text)), 'main', problems), problems };
}

describe('of several variables with one name the last stays', () => {
  it.each([
    ['two', 'A=1 B=2 A=3', 'B=2 A=3'],
    ['three', 'A=1 A=2 B=x A=3', 'B=x A=3'],
    ['equal ones', 'A=1 A=1', 'A=1'],
    ['a reference to the value before', 'A=p A=$(A)q', 'A=pq'],
    ['one after another', 'A=p A=$(A)q A=$(A)r', 'A=pqr'],
    ['a reference between them', 'A=1 B=x$(A)y$(C) A=2 C=$(A)', 'B=x1y$(C) A=2 C=$(A)'],
    ['a reference before all of them', 'B=$(A) A=1 A=2', 'B=$(A) A=2'],
    ['two names', 'A=1 B=$(A) B=$(B)$(A) A=2', 'B=11 A=2'],
    ['escaped dollars', 'A=$$x B=$(A)$$y A=2', 'B=$$x$$y A=2'],
    ['a dollar alone', 'A=1$ B=$(A) A=2', 'B=1$$ A=2'],
    ['an escaped reference', 'A=$$(B) B=$(A) A=2', 'B=$$(B) A=2'],
    ['a key of a ConfigMap after a value', 'A=1 A=@', 'A=@'],
    ['a value after a key of a ConfigMap', 'A=@ A=1', 'A=1'],
    ['a key that only one that leaves refers to', 'A=@ B=$(A) B=1 A=2', 'B=1 A=2'],
    ['an optional key that leaves', 'A=@? A=1', 'A=1'],
  ])('%s', (_what, text, expected) => {
    expect(found(text)).toEqual({ env: env(expected), problems: [] });
  });

  it('each once: the very list', () => {
    const list = env('A=1 B=$(A) C=@?');
    expect(uniqueEnv(list, 'main', [])).toBe(list);
  });
});

describe('what cannot be written once is told', () => {
  const REFERENCE = 'with a reference to one';
  it.each([
    ['a reference to a key of a ConfigMap', 'A=@ B=$(A) A=2', 'B', REFERENCE],
    ['a reference to a reference', 'C=1 A=$(C) B=$(A) A=2', 'B', REFERENCE],
    ['its own value before', 'A=@ A=$(A)x', 'A', REFERENCE],
    ['an optional key after a value', 'A=1 A=@?', 'A', 'as an optional one'],
  ])('%s', (_what, text, name, how) => {
    expect(found(text).problems).toEqual([
      `container main declares variable ${name} ${how} that it declares more than once, and a clone can have each once only: declare it once in the Deployment`,
    ]);
  });

  it('also where texts would double again and again', () => {
    const text = ['A=0123456789', ...Array.from({ length: 60 }, () => 'A=$(A)$(A)')].join(' ');
    expect(found(text).problems).toHaveLength(1);
  });
});
