import { describe, expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../../src/api/dynamicenv.ts';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import { draftRoutes } from '../../../../src/virtualservice/injections/render.ts';
import { findShadows } from '../../../../src/virtualservice/injections/shadows.ts';
import type { PlannedInjection } from '../../../../src/virtualservice/routes/plan-codec.ts';
import { BASE, planEntry, SCOPE, to, users } from '../builders.ts';

const exact = (value: string): IstioMatch => ({ headers: { user: { exact: value } } });
const OTHER = 'other.shop.svc.cluster.local';
const first = planEntry({ env: 'first', envCreationTimestamp: '2025-01-01T00:00:00Z' });
const second = planEntry({ env: 'second' });
const onOther = (spec: Parameters<typeof planEntry>[0]) =>
  planEntry({ deployment: { namespace: 'shop', name: 'other' }, host: OTHER, ...spec });
const weighted = (...targets: ReturnType<typeof to>[]) =>
  targets.map((target) => ({ ...target, weight: 1 }));

function shadowsOf(
  injections: PlannedInjection[],
  http: HTTPRoute[] = [BASE],
  inactive: PlannedInjection[] = [],
) {
  const draft = draftRoutes(users(http), injections, SCOPE);
  return findShadows(draft, (one) => !inactive.includes(one)).map(
    ({ pair, by, at }) =>
      `${pair.injection.env}/${pair.selector.matchIndex} by ${by.injection.env}/${by.selector.matchIndex}${at === undefined ? '' : ` at ${at.join()}`}`,
  );
}

describe('shadows', () => {
  it('are on a pair that an earlier pair of another env covers', () => {
    expect(shadowsOf([second, first])).toEqual(['second/0 by first/0']);
  });

  it('are on every env after the first, because of the first', () => {
    expect(shadowsOf([first, second, planEntry({ env: 'third' })])).toEqual([
      'second/0 by first/0',
      'third/0 by first/0',
    ]);
  });

  it('are on single matches', () => {
    const two = planEntry({ env: 'second', matches: [exact('mine'), exact('test-user')] });
    expect(shadowsOf([first, two])).toEqual(['second/1 by first/0']);
  });

  it("are independent of the base's subset, if the earlier pair has it, too", () => {
    const wide = planEntry({ ...first, env: 'first', from: ['shared', 'v1'] });
    const narrow = planEntry({ env: 'second', from: ['v1'] });
    const http = [BASE, { route: [to('backend', 'v1')] }];
    expect(shadowsOf([wide, narrow], http)).toEqual(['second/0 by first/0']);
  });

  it.each<[string, Parameters<typeof planEntry>[0]]>([
    ['of another host', { host: OTHER }],
    ['of other routes (another base subset)', { from: ['v2'] }],
    ['with other requests', { matches: [exact('test-user2')] }],
    [
      'of the same env',
      { env: 'first', deployment: { namespace: 'shop', name: 'x' }, from: ['v2'] },
    ],
  ])('are not on a pair %s', (_, spec) => {
    const http = [BASE, { route: [to('backend', 'v2')] }, { route: [to('other', 'shared')] }];
    expect(shadowsOf([first, planEntry({ env: 'second', ...spec })], http)).toEqual([]);
  });

  it('are before some routes only, if the later pair also has copies of other routes (one more base subset)', () => {
    const http = [{ ...BASE, name: 'r' }, { route: [to('backend', 'v2')] }];
    const more = planEntry({ env: 'second', from: ['shared', 'v2'] });
    expect(shadowsOf([first, more], http)).toEqual(['second/0 by first/0 at route "r"']);
  });

  it('are not caused by an env without routes', () => {
    expect(shadowsOf([first, second], [BASE], [first])).toEqual([]);
    expect(shadowsOf([first, second], [BASE], [second])).toEqual(['second/0 by first/0']);
  });
});

describe('shadows on a route with several targets', () => {
  const split = { route: weighted(to('backend', 'shared'), to('other', 'shared')) };

  it('are on an env with another host, too: the first copy takes all of its requests', () => {
    const later = onOther({ env: 'second' });
    expect(shadowsOf([first, later], [split])).toEqual(['second/0 by first/0']);
    expect(shadowsOf([first, later], [split, { route: [to('other', 'shared')] }])).toEqual([
      'second/0 by first/0 at a route without a name',
    ]);
  });

  it('are not on another workload of the same env, which shares the copy', () => {
    expect(shadowsOf([first, onOther({ env: 'first' })], [split])).toEqual([]);
  });

  it('are on both workloads of an env', () => {
    const both = [second, onOther({ env: 'second' })];
    expect(shadowsOf([first, ...both], [split])).toEqual([
      'second/0 by first/0',
      'second/0 by first/0',
    ]);
  });

  it('are on a workload whose targets another workload of the env gets', () => {
    const twin = planEntry({ env: 'first', deployment: { namespace: 'shop', name: 'twin' } });
    expect(shadowsOf([first, twin])).toEqual(['first/0 by first/0']);
    expect(shadowsOf([first, twin], [BASE], [first])).toEqual([]);
    expect(shadowsOf([first, twin], [BASE], [twin])).toEqual(['first/0 by first/0']);
    const half = planEntry({
      ...twin,
      env: 'first',
      deployment: twin.deployment,
      from: ['shared', 'v2'],
    });
    expect(shadowsOf([first, half], [BASE, { route: [to('backend', 'v2')] }])).toEqual([
      'first/0 by first/0 at a route without a name',
    ]);
  });
});

describe("shadows that depend on the route's own match", () => {
  const asking = (match: HTTPRoute['match']): HTTPRoute => ({ ...BASE, match: match ?? [] });
  const narrow = { headers: { user: { exact: 'a' }, lang: { exact: 'de' } } };
  const one = planEntry({
    env: 'first',
    envCreationTimestamp: '2025-01-01T00:00:00Z',
    matches: [narrow],
  });
  const wide = planEntry({ env: 'second', matches: [exact('a')] });
  const prefix = planEntry({ env: 'first', matches: [{ headers: { user: { prefix: 'a' } } }] });

  it.each<[string, HTTPRoute['match'], PlannedInjection[], string[]]>([
    ['nothing', [{ uri: { prefix: '/' } }], [one, wide], []],
    [
      'the condition of the narrower one',
      [{ headers: { lang: { exact: 'de' } } }],
      [one, wide],
      ['second/0 by first/0'],
    ],
    [
      'this condition in one of two entries',
      [{ headers: { lang: { exact: 'de' } } }, {}],
      [one, wide],
      [],
    ],
    [
      'the header of the second env only: the first env has no copy',
      [{ headers: { user: { exact: 'ab' } } }],
      [planEntry({ env: 'second', matches: [exact('ab')] }), prefix],
      [],
    ],
    [
      'entries that cover each other',
      [
        { headers: { lang: { exact: 'de' } } },
        { headers: { lang: { exact: 'de' } }, uri: { exact: '/' } },
      ],
      [one, wide],
      ['second/0 by first/0'],
    ],
  ])('%s', (_, match, injections, expected) => {
    expect(shadowsOf(injections, [asking(match)])).toEqual(expected);
  });

  it('may be caused by several envs, each for one entry', () => {
    const french = { headers: { user: { exact: 'a' }, lang: { exact: 'fr' } } };
    const other = planEntry({ env: 'third', matches: [french] });
    const match = ['de', 'fr'].map((lang) => ({ headers: { lang: { exact: lang } } }));
    expect(shadowsOf([one, other, wide], [asking(match)])).toEqual(['second/0 by first/0']);
    expect(shadowsOf([one, wide], [asking(match)])).toEqual([]);
  });
});

it('are found in a number of steps that grows with the number of copies', () => {
  const envs = Array.from({ length: 100 }, (_, at) => planEntry({ env: `env-${at}` }));
  const routes = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ ...BASE, match: [{ uri: { exact: `/${at}` } }] }));
  const draft = draftRoutes(users(routes(2000)), envs, SCOPE);
  expect(findShadows(draft, () => true)).toHaveLength(99);
});
