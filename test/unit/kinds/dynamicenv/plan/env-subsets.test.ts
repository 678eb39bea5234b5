import { describe, expect, it } from '@jest/globals';
import { hash10 } from '../../../../../src/k8s/hash.ts';
import type { BaseRule } from '../../../../../src/kinds/dynamicenv/plan/destination-rules.ts';
import { envSubsets } from '../../../../../src/kinds/dynamicenv/plan/env-subsets.ts';
import { deepFreeze, rule, subset } from '../../../../support/objects.ts';

const P = { connectionPool: { http: { maxRetries: 1 } } };
const Q = { loadBalancer: { simple: 'RANDOM' } };
const labels = { version: 'alice', 'riskified.com/clone': 'b-alice' };

/** A base rule with subsets of these names and traffic policies. */
const base = (subsets: Record<string, object | undefined>): BaseRule => ({
  rule: rule('shop/b'),
  subsets: Object.entries(subsets).map(([name, trafficPolicy]) =>
    subset(name, trafficPolicy === undefined ? {} : { trafficPolicy: { ...trafficPolicy } }),
  ),
});
const of = (...bases: BaseRule[]) =>
  envSubsets(deepFreeze(bases), { name: 'b-alice', distinction: [], marks: labels });
const second = (name: string) => `b-alice-${hash10('b-alice', name)}`;

describe('the subsets of a clone', () => {
  it('are one if the base has one policy', () => {
    const one = base({ a: P, b: P });
    const { name, others, of: define } = of(one);
    expect({ name, others }).toEqual({ name: 'b-alice', others: {} });
    expect(define(one)).toEqual([{ name: 'b-alice', labels, trafficPolicy: P }]);
  });

  it('have no policy if the base has none', () => {
    const one = base({ a: undefined });
    expect(of(one).of(one)).toEqual([{ name: 'b-alice', labels }]);
  });

  it('are one for each policy, the first named after the clone', () => {
    const one = base({ a: P, b: Q, c: undefined, d: Q });
    const { others, of: define } = of(one);
    expect(others).toEqual({ b: second('b'), c: second('c'), d: second('b') });
    expect(define(one)).toEqual([
      { name: 'b-alice', labels, trafficPolicy: P },
      { name: second('b'), labels, trafficPolicy: Q },
      { name: second('c'), labels },
    ]);
  });

  it('treat an empty policy as none', () => {
    expect(of(base({ a: undefined, b: {} })).others).toEqual({});
  });

  it('are in every rule, whichever of them has the policy', () => {
    const [one, two] = [base({ a: P }), base({ a: P, b: Q })];
    const { others, of: define } = of(one, two);
    expect(others).toEqual({ b: second('b') });
    expect(define(one)).toEqual([
      { name: 'b-alice', labels, trafficPolicy: P },
      { name: second('b'), labels, trafficPolicy: P },
    ]);
    expect(define(two).map(({ trafficPolicy }) => trafficPolicy)).toEqual([P, Q]);
  });

  it('are one if a subset has another policy in each rule', () => {
    const [one, two] = [base({ a: P }), base({ a: Q })];
    const { others, of: define } = of(one, two);
    expect(others).toEqual({});
    expect([...define(one), ...define(two)].map(({ trafficPolicy }) => trafficPolicy)).toEqual([
      P,
      Q,
    ]);
  });

  it('may have the names of properties of Object', () => {
    const { others } = of(base({ a: P, constructor: Q }));
    expect(Object.entries(others)).toEqual([['constructor', second('constructor')]]);
  });

  it('distinguish clones with the same name', () => {
    const parts = { name: 'b-alice', distinction: ['shop', 'alice'], marks: labels };
    expect(envSubsets([base({ a: P, b: Q })], parts)).toMatchObject({
      name: `b-alice-${hash10('b-alice', 'shop', 'alice')}`,
      others: { b: `b-alice-${hash10('b-alice', 'shop', 'alice', 'b')}` },
    });
  });
});
