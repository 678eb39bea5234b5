import { describe, expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../src/api/dynamicenv.ts';
import { compareInjections, findShadows, orderedPairs } from '../../../src/virtualservice/pairs.ts';
import { HOST, nameOf, wish } from './builders.ts';

const exact = (value: string): IstioMatch => ({ headers: { user: { exact: value } } });
const envsOf = (pairs: ReturnType<typeof orderedPairs>) =>
  pairs.map(({ injection, matchIndex }) => `${injection.env}/${matchIndex}`);

describe('order of pairs', () => {
  it('is by conditions, exact ones, prefixes, length of text', () => {
    const ranked: IstioMatch[] = [
      { headers: { a: { regex: 'x' }, b: { regex: 'x' }, c: { regex: 'x' } } },
      { headers: { a: { exact: 'x' } }, sourceLabels: { app: 'x' } },
      { headers: { a: { exact: 'x' }, b: { prefix: 'x' } } },
      { headers: { a: { prefix: 'xxxx' }, b: { prefix: 'x' } } },
      { sourceLabels: { app: 'x-x' } },
      { headers: { a: { exact: 'xx' } } },
      { headers: { a: { prefix: 'xxxxx' } } },
      { headers: { a: { regex: 'xxxxxxxx' } } },
    ];
    const injections = ranked.map((match, index) =>
      wish({ env: `env-${index}`, matches: [match] }),
    );
    const expected = ranked.map((_, index) => `env-${index}/0`);
    expect(envsOf(orderedPairs(injections))).toEqual(expected);
    expect(envsOf(orderedPairs(injections.toReversed()))).toEqual(expected);
  });

  it('is by age, env, Deployment, host and place where the matches weigh the same', () => {
    const matches = [exact('aa'), exact('bb')];
    const old = wish({ env: 'z', envCreationTimestamp: '2025-12-31T23:59:59Z', matches });
    const a = wish({ env: 'a', matches });
    const b = wish({ env: 'b', matches });
    const b2 = wish({ env: 'b', deployment: { namespace: 'shop', name: 'backend2' }, matches });
    const b3 = wish({ env: 'b', deployment: { namespace: 'shop2', name: 'a' }, matches });
    const b4 = wish({
      env: 'b',
      deployment: { namespace: 'shop2', name: 'a' },
      host: 'z',
      matches,
    });
    const all = [old, a, b, b2, b3, b4];
    const expected = all.flatMap((injection) => [
      [injection, 0],
      [injection, 1],
    ]);
    for (const given of [all, all.toReversed()]) {
      const pairs = orderedPairs(given).map(({ injection, matchIndex }) => [injection, matchIndex]);
      expect(pairs).toEqual(expected);
    }
    expect(all.toReversed().sort(compareInjections)).toEqual(all);
  });

  it('puts the narrower of one env first, and names both alike', () => {
    const env = wish({ matches: [{ headers: { user: { prefix: 'a' } } }, exact('ab')] });
    const injection = env;
    expect(orderedPairs([env])).toEqual([
      { injection, match: exact('ab'), matchIndex: 1, routeName: nameOf() },
      { injection, match: env.matches[0], matchIndex: 0, routeName: nameOf() },
    ]);
  });
});

describe('shadows', () => {
  const first = wish({ env: 'first', envCreationTimestamp: '2025-01-01T00:00:00Z' });
  const second = wish({ env: 'second' });
  const shadowsOf = (injections: (typeof first)[], inactive: (typeof first)[] = []) =>
    findShadows(orderedPairs(injections), (one) => !inactive.includes(one)).map(
      ({ pair, by }) =>
        `${pair.injection.env}/${pair.matchIndex} by ${by.injection.env}/${by.matchIndex}`,
    );

  it('fall on a pair that an earlier one of another env covers', () => {
    expect(shadowsOf([second, first])).toEqual(['second/0 by first/0']);
  });

  it('fall on every env after the first, by the first', () => {
    expect(shadowsOf([first, second, wish({ env: 'third' })])).toEqual([
      'second/0 by first/0',
      'third/0 by first/0',
    ]);
  });

  it('fall on single matches', () => {
    const two = wish({ env: 'second', matches: [exact('mine'), exact('test-user')] });
    expect(shadowsOf([first, two])).toEqual(['second/1 by first/0']);
  });

  it('are cast whatever subset the base has, if the earlier one has it too', () => {
    const wide = wish({ ...first, env: 'first', from: ['shared', 'v1'] });
    const narrow = wish({ env: 'second', from: ['v1'] });
    expect(shadowsOf([wide, narrow])).toEqual(['second/0 by first/0']);
  });

  it.each<[string, Parameters<typeof wish>[0]]>([
    ['of another host', { host: `x.${HOST}` }],
    ['of other routes (another base subset)', { from: ['v2'] }],
    ['of more routes (one base subset more)', { from: ['shared', 'v2'] }],
    ['with other requests', { matches: [exact('test-user2')] }],
    ['of the same env', { env: 'first', deployment: { namespace: 'shop', name: 'x' } }],
  ])('do not fall on a pair %s', (_, spec) => {
    expect(shadowsOf([first, wish({ env: 'second', ...spec })])).toEqual([]);
  });

  it('are not cast by an env whose routes are not there', () => {
    expect(shadowsOf([first, second], [first])).toEqual([]);
    expect(shadowsOf([first, second], [second])).toEqual(['second/0 by first/0']);
  });
});
