import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import { covers } from '../../src/istio/cover.ts';
import type { HTTPRoute, StringMatch } from '../../src/istio/types.ts';
import { validateRoute } from '../../src/istio/validate-route.ts';
import { utf8Length } from '../../src/k8s/canonical.ts';
import { deepFreeze } from '../../src/local/object.ts';
import { andMatch } from '../../src/virtualservice/and-match.ts';
import { eligibleDestination } from '../../src/virtualservice/eligible.ts';
import { fitInjections, roomOf } from '../../src/virtualservice/fit.ts';
import { planned } from '../../src/virtualservice/outcomes.ts';
import { findShadows, orderedPairs, type Pair } from '../../src/virtualservice/pairs.ts';
import { serializePlan } from '../../src/virtualservice/plan-codec.ts';
import { pointAt } from '../../src/virtualservice/point-at.ts';
import { draftRoutes, renderRoutes } from '../../src/virtualservice/render.ts';
import { httpOf, scopeOf } from '../../src/virtualservice/scope.ts';
import { stripRoutes } from '../../src/virtualservice/strip.ts';
import { CONFIG } from '../unit/virtualservice/builders.ts';
import { injections, planOf, virtualServices } from './lib/virtualservice.ts';

/** What Istio refuses in a place or another, beside what it takes. */
const odd = fc.constantFrom<StringMatch>(
  { exact: 'a' },
  { prefix: '' },
  { regex: '(' },
  { exact: 'a', prefix: 'a' },
);
const oddMatch = fc.record(
  {
    headers: fc.dictionary(fc.constantFrom(':PATH', ':path', 'a b', 'user', ''), odd, {
      maxKeys: 2,
    }),
    sourceLabels: fc.dictionary(fc.constantFrom('app', '-x'), fc.constantFrom('a', '-'), {
      maxKeys: 2,
    }),
  },
  { requiredKeys: [] },
);
/** The injections of the other properties, some with a match, subset or clone that makes every copy invalid. */
const oddInjections = fc
  .tuple(injections, fc.array(oddMatch, { maxLength: 3 }), fc.constantFrom('', 'No!', 'env'))
  .map(([all, matches, subset]): RouteInjection[] =>
    all.map((one, at) => {
      const extra = matches[at];
      const spec = { ...one.spec, ...(at === 1 && subset !== '' ? { subset } : {}) };
      return extra === undefined
        ? { ...one, spec }
        : { ...one, spec: { ...spec, matches: [...spec.matches, extra] } };
    }),
  );
const oddRoutes = fc.constantFrom<Partial<HTTPRoute>>(
  {},
  { headers: { request: { add: { 'x%': '%' } } } },
  { headers: { response: { remove: [':path'] } } },
  { match: [{ uri: { regex: '(' } }, { headers: { user: { exact: 'b' } } }] },
);

/** Every copy made by itself and judged whole. */
function plainly(
  http: readonly HTTPRoute[],
  pairs: readonly Pair[],
  scope: ReturnType<typeof scopeOf>,
) {
  return stripRoutes(http).flatMap((route) => [
    ...pairs.flatMap(({ injection, match, routeName }) => {
      const target = eligibleDestination(route, injection, scope);
      if (target === undefined) return [];
      const { entries } = andMatch(route.match, match, scope);
      const { name: _name, match: _match, ...kept } = route;
      const copy = {
        name: routeName,
        match: entries,
        ...kept,
        route: [pointAt(target, injection)],
      };
      return entries.length > 0 && validateRoute(copy, scope).length === 0 ? [copy] : [];
    }),
    route,
  ]);
}

describe('against the plain definition', () => {
  it('the same routes are rendered, and as many refused', () => {
    fc.assert(
      fc.property(virtualServices, oddInjections, oddRoutes, (object, all, extra) => {
        const http = httpOf(object).map((route, at) => (at === 0 ? { ...route, ...extra } : route));
        const plans = all.flatMap((one) => planned(one) ?? []);
        const scope = scopeOf(object, CONFIG);
        const rendering = renderRoutes(deepFreeze(http), deepFreeze(plans), scope);
        expect(JSON.stringify(rendering.http)).toBe(
          JSON.stringify(plainly(http, orderedPairs(plans), scope)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('the same pairs are shadowed, by the same ones', () => {
    fc.assert(
      fc.property(injections, (all) => {
        const plans = all.flatMap((one) => planned(one) ?? []);
        const active = new Set(plans.filter((_, at) => all[at]?.spec.active));
        const pairs = orderedPairs(plans);
        const plain = pairs.flatMap((pair, at) => {
          const by = pairs
            .slice(0, at)
            .find(
              (rival) =>
                active.has(rival.injection) &&
                rival.injection.host === pair.injection.host &&
                rival.injection.env !== pair.injection.env &&
                pair.injection.from.every((subset) => rival.injection.from.includes(subset)) &&
                covers(rival.match, pair.match),
            );
          return by === undefined ? [] : [{ pair, by }];
        });
        expect(findShadows(pairs, (one) => active.has(one))).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });

  it('all injections are kept where the exact sizes of plan and routes fit, and not by a guess', () => {
    fc.assert(
      fc.property(
        virtualServices,
        injections,
        fc.integer({ min: 50, max: 150 }),
        (object, all, percent) => {
          const plans = planOf(all);
          const draft = draftRoutes(httpOf(object), plans, scopeOf(object, CONFIG));
          const copies = draft.routes.flatMap((one) => one.copies);
          const exact = copies.reduce(
            (sum, { route }) => sum + utf8Length(JSON.stringify(route)) + 1,
            0,
          );
          const routes = Math.floor((exact * percent) / 100);
          const plan = utf8Length(serializePlan({ injections: plans, notes: [] })) + 64;
          const room = roomOf(object, undefined);
          const left = { ...room, plan, routes: () => routes, routesAtLeast: () => routes };
          const { leftOut } = fitInjections(draft, plans, left);
          expect(leftOut.length === 0).toBe(exact <= routes || plans.length === 0);
        },
      ),
      { numRuns: 500 },
    );
  });
});
