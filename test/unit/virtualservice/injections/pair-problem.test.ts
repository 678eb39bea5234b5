import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import { renderRoutes } from '../../../../src/virtualservice/injections/render.ts';
import type { PlannedInjection } from '../../../../src/virtualservice/routes/plan-codec.ts';
import { SCOPE, users } from '../builders.ts';

const route = { route: [{ destination: { host: 'backend', subset: 'shared' } }] };

function rendered(more: Partial<PlannedInjection>, own: HTTPRoute = route) {
  const injection: PlannedInjection = {
    env: 'old',
    created: '2026-01-01T00:00:00Z',
    deployment: { namespace: 'shop', name: 'backend' },
    clone: 'backend-old',
    host: 'backend.shop.svc.cluster.local',
    from: ['shared'],
    to: 'old',
    matches: [{ headers: { user: { exact: 'a' } } }],
    ...more,
  };
  const { http, dropped } = renderRoutes(users([own]), [injection], SCOPE);
  return { copies: http.length - 1, told: dropped.map(({ state, message }) => [state, message]) };
}

describe('an injection that a previous version made', () => {
  it.each<[string, Partial<PlannedInjection>, string]>([
    [
      'with a regex that Envoy refuses',
      { matches: [{ headers: { user: { regex: '\\x{100}' } } }] },
      'its routes are not rendered: spec.istioMatches[0].headers[user].regex: has "\\x{100}"',
    ],
    [
      'with such a regex in a match that is otherwise valid',
      { matches: [{ headers: { user: { exact: 'a' } } }, { headers: { b: { regex: 'é' } } }] },
      'spec.istioMatches[1].headers[b].regex: must consist of printable ASCII',
    ],
    [
      'with too many',
      {
        matches: Array.from({ length: 5 }, (_, index) => ({
          headers: { [`x-${index}`]: { regex: 'a{900}' } },
        })),
      },
      'its regexes are too costly for every proxy: together they compile to at least 4530 steps',
    ],
    [
      'with a baggage member that is not ASCII',
      { matches: [{ baggage: { key: 'user', exact: 'é' } }] },
      'its routes are not rendered: spec.istioMatches[0].baggage: its regex must consist of printable ASCII',
    ],
    [
      'with a cookie that is too long',
      { matches: [{ cookie: { name: 'user', exact: 'a'.repeat(600) } }] },
      'spec.istioMatches[0].cookie: its regex must not be longer than 1024 bytes',
    ],
    [
      'with a query parameter whose regex Envoy refuses',
      { matches: [{ queryParams: { user: { regex: '\\pL' } } }] },
      'spec.istioMatches[0].queryParams[user].regex: has "\\pL"',
    ],
    [
      'with a query parameter without a name, which Envoy refuses',
      { matches: [{ queryParams: { '': { exact: 'a' } } }] },
      'spec.istioMatches[0].queryParams: the name "" is not valid',
    ],
    [
      'with a clone name that Envoy reads as a command',
      { clone: '%FOO%' },
      '"%FOO%" is not a valid name',
    ],
  ])('%s has no routes, and the note has the reason', (_name, more, words) => {
    const { copies, told } = rendered(more);
    expect(copies).toBe(0);
    expect(told.length).toBeGreaterThan(0);
    for (const [state, message] of told) {
      expect(state).toBe('invalid');
      expect(message).toContain(words);
    }
  });

  it('with regexes that Envoy accepts has its routes', () => {
    const matches = [{ headers: { user: { regex: 'a{900}|b\\xff' }, b: { exact: 'é\n' } } }];
    expect(rendered({ matches })).toEqual({ copies: 1, told: [] });
  });
});

describe('a route that sets many headers', () => {
  const headers = (count: number) => ({
    response: { add: Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, 'v'])) },
  });
  it.each([
    [998, 1, 1],
    [999, 1, 0],
    [1000, 0, 0],
    [0, 999, 1],
  ])('%i, and %i at its destination: %i copies', (ofRoute, ofTarget, copies) => {
    const [{ destination } = { destination: { host: 'backend' } }] = route.route;
    const own = {
      headers: headers(ofRoute),
      route: [{ destination, headers: headers(ofTarget) }],
    };
    const result = rendered({}, own);
    expect(result.copies).toBe(copies);
    if (copies === 0) expect(result.told[0]?.[1]).toContain('Envoy accepts at most 1000');
  });
});
