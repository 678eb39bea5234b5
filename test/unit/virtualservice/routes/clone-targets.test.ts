import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute, HTTPRouteDestination } from '../../../../src/istio/types.ts';
import { deepFreeze } from '../../../../src/simulator/object.ts';
import { renderRoutes } from '../../../../src/virtualservice/injections/render.ts';
import { cloneTargets } from '../../../../src/virtualservice/routes/clone-targets.ts';
import type { PlannedInjection } from '../../../../src/virtualservice/routes/plan-codec.ts';
import { HOST, nameOf, planEntry, SCOPE, to, users } from '../builders.ts';

const OTHER = 'other.shop.svc.cluster.local';
const backend = planEntry();
const other = planEntry({
  deployment: { namespace: 'shop', name: 'other' },
  clone: 'other-test',
  host: OTHER,
});
const second = planEntry({
  deployment: { namespace: 'shop', name: 'second' },
  clone: 'second-test',
  from: ['v2'],
});
const INT32 = 2 ** 31 - 1;

/** A target with host, subset and weight. The short form of a target is where it leads, and its weight. */
const at = (host: string, subset: string | undefined, weight?: number): HTTPRouteDestination => ({
  ...to(host, subset),
  ...(weight === undefined ? {} : { weight }),
});
const brief = ({ destination, weight, headers }: HTTPRouteDestination) => {
  const clone = headers?.response?.add?.['x-dynamic-env'];
  const end = clone ?? `${destination.host}/${destination.subset}`;
  return weight === undefined ? end : `${end} ${weight}`;
};
const led = (targets: HTTPRouteDestination[], injections: PlannedInjection[] = [backend]) =>
  cloneTargets(deepFreeze({ route: targets }), injections, SCOPE)
    .map(brief)
    .join(', ');

describe('the targets of a copy', () => {
  it.each<[string, HTTPRouteDestination[], PlannedInjection[], string]>([
    ['one', [at('backend', 'shared')], [backend], 'backend-test'],
    ['one target with a weight', [at('backend', 'shared', 100)], [backend], 'backend-test'],
    [
      'another host',
      [at('backend', 'shared', 75), at('other', 'shared', 25)],
      [backend],
      'backend-test 75, other/shared 25',
    ],
    [
      'a canary of the host',
      [at('backend', 'v2', 10), at('backend', 'shared', 90)],
      [backend],
      'backend-test',
    ],
    [
      'a canary and another host',
      [at('backend', 'v2', 10), at('other', 'x', 60), at('backend', 'shared', 30)],
      [backend],
      'backend-test 40, other/x 60',
    ],
    [
      'no subset on the host',
      [at('backend', undefined, 10), at('backend', 'shared', 90)],
      [backend],
      'backend-test',
    ],
    [
      'two spellings of the host',
      [at('backend', 'shared', 10), at(HOST, 'shared', 90)],
      [backend],
      'backend-test',
    ],
    [
      'two workloads',
      [at('backend', 'shared', 50), at('other', 'shared', 50)],
      [backend, other],
      'backend-test 50, other-test 50',
    ],
    [
      'two workloads, in reverse order',
      [at('backend', 'shared', 50), at('other', 'shared', 50)],
      [other, backend],
      'backend-test 50, other-test 50',
    ],
    [
      'two workloads and a third target',
      [at('backend', 'shared', 1), at('x', 'shared', 2), at('other', 'shared', 3)],
      [backend, other],
      'backend-test 1, x/shared 2, other-test 3',
    ],
    [
      'two workloads of one host',
      [at('backend', 'shared', 1), at('backend', 'v2', 2)],
      [backend, second],
      'backend-test 1, second-test 2',
    ],
    [
      'two workloads of one host and a canary',
      [at('backend', 'v3', 4), at('backend', 'v2', 2), at('backend', 'shared', 1)],
      [backend, second],
      'second-test 6, backend-test 1',
    ],
    [
      'weight 0 for the clone',
      [at('backend', 'shared', 0), at('other', 'x', 100)],
      [backend],
      'backend-test 0, other/x 100',
    ],
    [
      'weight 0 for the base, all for its canary',
      [at('backend', 'shared', 0), at('backend', 'v2', 100)],
      [backend],
      'backend-test',
    ],
    [
      'an absent weight',
      [at('backend', 'shared'), at('other', 'x', 100)],
      [backend],
      'backend-test, other/x 100',
    ],
    [
      'absent weights with a sum',
      [at('backend', 'shared'), at('backend', 'v2', 5), at('other', 'x', 1)],
      [backend],
      'backend-test 5, other/x 1',
    ],
    [
      'weights that are too large for one target',
      [at('backend', 'shared', INT32), at('backend', 'v2', 1)],
      [backend],
      `backend-test ${INT32}, backend-test 1`,
    ],
    [
      'weights that are just small enough for one target',
      [at('backend', 'shared', INT32 - 1), at('backend', 'v2', 1)],
      [backend],
      'backend-test',
    ],
  ])('%s', (_, targets, injections, expected) => {
    expect(led(targets, injections)).toBe(expected);
  });

  it('stay two if ports or headers differ', () => {
    const port = {
      destination: { host: 'backend', subset: 'shared', port: { number: 81 } },
      weight: 1,
    };
    expect(led([at('backend', 'shared', 2), port])).toBe('backend-test 2, backend-test 1');
    const headers = { request: { set: { a: 'b' } } };
    expect(led([at('backend', 'shared', 2), { ...at('backend', 'v2', 1), headers }])).toBe(
      'backend-test 2, backend-test 1',
    );
  });

  it("keep the user's objects where they lead to no clone", () => {
    const kept = at('other', 'x', 5);
    const route = { route: [at('backend', 'shared', 5), kept] };
    expect(cloneTargets(route, [backend], SCOPE)[1]).toBe(kept);
  });

  it('are none for a route without any', () => {
    expect(cloneTargets({}, [backend], SCOPE)).toEqual([]);
  });
});

describe('a copy for several workloads of an env', () => {
  const split: HTTPRoute = { route: [at('backend', 'shared', 50), at('other', 'shared', 50)] };
  const http = (injections: PlannedInjection[], routes = [split]) =>
    renderRoutes(users(routes), injections, SCOPE).http.map(({ name, route = [] }) => [
      name ?? '-',
      route.map(brief).join(', '),
    ]);
  const user = ['-', 'backend/shared 50, other/shared 50'];

  it('is one copy, named after the first workload', () => {
    const both = [[nameOf(), 'backend-test 50, other-test 50'], user];
    expect(http([backend, other])).toEqual(both);
    expect(http([other, backend])).toEqual(both);
    expect(http([backend])).toEqual([[nameOf(), 'backend-test 50, other/shared 50'], user]);
    expect(http([other])).toEqual([
      [nameOf('test', 'other', OTHER), 'backend/shared 50, other-test 50'],
      user,
    ]);
  });

  it('is one for each match that both have', () => {
    const more = { headers: { user: { exact: 'me' }, lang: { exact: 'de' } } };
    const matches = [more, ...backend.matches];
    const [a, b] = [planEntry({ matches }), { ...other, matches: [...other.matches, more] }];
    expect(http([a, b])).toHaveLength(3);
    expect(http([a, other]).map(([, targets]) => targets)).toEqual([
      'backend-test 50, other/shared 50',
      'backend-test 50, other-test 50',
      user[1],
    ]);
  });

  it('is one for each env', () => {
    const others = planEntry({ ...other, env: 'b', subset: 'b', clone: 'other-b' });
    expect(http([backend, others]).map(([, targets]) => targets)).toEqual([
      'backend/shared 50, other-b 50',
      'backend-test 50, other/shared 50',
      user[1],
    ]);
  });

  it('is not made where Istio would refuse it; then the other workload has its own copy', () => {
    const { dropped, http: rendered } = renderRoutes(
      users([split]),
      [planEntry({ subset: 'No!' }), other],
      SCOPE,
    );
    expect(rendered.map(({ route = [] }) => route.map(brief).join(', '))).toEqual([
      'backend/shared 50, other-test 50',
      user[1],
    ]);
    expect(dropped.map(({ state, pair }) => [state, pair.injection.host])).toEqual([
      ['invalid', HOST],
    ]);
  });

  it('is not made if the weights of several targets add up to 0', () => {
    const route = { route: [at('backend', 'shared', 0), at('other', 'x')] };
    const { dropped, http: rendered } = renderRoutes(users([route]), [backend], SCOPE);
    expect(rendered).toEqual([route]);
    expect(dropped[0]?.message).toContain('the weights must not add up to 0');
  });
});
