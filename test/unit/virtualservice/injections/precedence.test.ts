import { describe, expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../../src/api/dynamicenv.ts';
import {
  olderFirst,
  pairsByPrecedence,
} from '../../../../src/virtualservice/injections/precedence.ts';
import { matchOf } from '../../../support/pair-match.ts';
import { nameOf, planEntry, SCOPE } from '../builders.ts';

const exact = (value: string): IstioMatch => ({ headers: { user: { exact: value } } });
const envsOf = (pairs: ReturnType<typeof pairsByPrecedence>) =>
  pairs.map(({ injection, selector }) => `${injection.env}/${selector.matchIndex}`);

describe('precedence of matches', () => {
  it('is by the number of conditions, exact values, prefixes, length of texts', () => {
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
      planEntry({ env: `env-${index}`, matches: [match] }),
    );
    const expected = ranked.map((_, index) => `env-${index}/0`);
    expect(envsOf(pairsByPrecedence(injections, SCOPE))).toEqual(expected);
    expect(envsOf(pairsByPrecedence(injections.toReversed(), SCOPE))).toEqual(expected);
  });

  it('is by age, env, Deployment, host and position if the matches have the same rank', () => {
    const matches = [exact('aa'), exact('bb')];
    const old = planEntry({ env: 'z', envCreationTimestamp: '2025-12-31T23:59:59Z', matches });
    const a = planEntry({ env: 'a', matches });
    const b = planEntry({ env: 'b', matches });
    const b2 = planEntry({
      env: 'b',
      deployment: { namespace: 'shop', name: 'backend2' },
      matches,
    });
    const b3 = planEntry({ env: 'b', deployment: { namespace: 'shop2', name: 'a' }, matches });
    const b4 = planEntry({
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
      const pairs = pairsByPrecedence(given, SCOPE).map(({ injection, selector }) => [
        injection,
        selector.matchIndex,
      ]);
      expect(pairs).toEqual(expected);
    }
    expect(all.toReversed().sort(olderFirst)).toEqual(all);
  });

  it('sorts the narrower match of one env first, and names both routes alike', () => {
    const env = planEntry({ matches: [{ headers: { user: { prefix: 'a' } } }, exact('ab')] });
    const injection = env;
    const pairs = pairsByPrecedence([env], SCOPE);
    expect(
      pairs.map((pair) => [
        pair.injection,
        matchOf(pair),
        pair.selector.matchIndex,
        pair.routeName,
      ]),
    ).toEqual([
      [injection, exact('ab'), 1, nameOf()],
      [injection, env.matches[0], 0, nameOf()],
    ]);
  });
});
