import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import { isInjectedRouteName } from '../../src/api/route-name.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import { covers } from '../../src/istio/cover.ts';
import { entryConditions, parameterKey } from '../../src/istio/entry-conditions.ts';
import { headerKey } from '../../src/istio/header-name.ts';
import type { HTTPRoute, StringMatch } from '../../src/istio/types.ts';
import { validateRoute } from '../../src/istio/validate-route.ts';
import { canonicalJson, jsonEqual, utf8Length } from '../../src/k8s/canonical.ts';
import { deepFreeze } from '../../src/simulator/object.ts';
import { andMatch } from '../../src/virtualservice/injections/and-match.ts';
import { planned } from '../../src/virtualservice/injections/planned.ts';
import { type Pair, pairsByPrecedence } from '../../src/virtualservice/injections/precedence.ts';
import { draftRoutes, renderRoutes } from '../../src/virtualservice/injections/render.ts';
import { findShadows } from '../../src/virtualservice/injections/shadows.ts';
import { fitInjections } from '../../src/virtualservice/pipeline.ts';
import { roomOf } from '../../src/virtualservice/plan/room.ts';
import { cloneTargets } from '../../src/virtualservice/routes/clone-targets.ts';
import { eligibleDestination, labelOf } from '../../src/virtualservice/routes/eligible.ts';
import { serializePlan } from '../../src/virtualservice/routes/plan-codec.ts';
import { httpOf, scopeOf } from '../../src/virtualservice/routes/scope.ts';
import { withoutEnvRoutes, withoutOurs } from '../../src/virtualservice/routes/strip.ts';
import { injections, planOf, REF_CONFIG, virtualServices } from './lib/virtualservice.ts';

/** Values that Istio accepts, and values that it refuses in some fields. */
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
/** Random injections. Some have a match, subset or clone that makes every copy invalid. */
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
/** Sometimes adds a second workload with the same host and match, as in an env whose bases share a subset. */
const twins = fc.tuple(injections, fc.boolean()).map(([all, isDoubled]): RouteInjection[] => {
  const [first] = all;
  if (first === undefined || !isDoubled) return all;
  const deployment = { namespace: 'shop', name: 'twin' };
  const twin = { ...first, metadata: { name: 'twin' }, spec: { ...first.spec, deployment } };
  return [
    ...all,
    { ...twin, spec: { ...twin.spec, clone: 'twin-clone', active: !first.spec.active } },
  ];
});
const oddRoutes = fc.constantFrom<Partial<HTTPRoute>>(
  {},
  { headers: { request: { add: { 'x%': '%' } } } },
  { headers: { response: { remove: [':path'] } } },
  { match: [{ uri: { regex: '(' } }, { headers: { user: { exact: 'b' } } }] },
);

/**
 * Groups the pairs of an env with the same match, in the order of their first pair. Each injection occurs once in a
 * group.
 */
function sharing(pairs: readonly Pair[]): Pair[][] {
  const keyOf = (pair: Pair) => {
    const { injection, selector } = pair;
    const before = pairs
      .slice(0, pairs.indexOf(pair))
      .filter((one) => one.injection === injection)
      .filter((one) => jsonEqual(one.selector.entries, selector.entries));
    return canonicalJson([injection.env, selector.entries, before.length]);
  };
  return [...Map.groupBy(pairs, keyOf).values()];
}

type Drafted = { pairs: Pair[]; copy: HTTPRoute };

/** Makes each copy separately and validates it as a whole. */
function copiesOf(
  route: HTTPRoute,
  pairs: readonly Pair[],
  scope: ReturnType<typeof scopeOf>,
): Drafted[] {
  const { name: _name, match: _match, ...kept } = route;
  const made = (members: readonly Pair[]): HTTPRoute => ({
    name: members[0]?.routeName ?? '',
    match: andMatch(route.match, members[0]?.selector.entries ?? [], scope).entries,
    ...kept,
    route: cloneTargets(
      route,
      members.map(({ injection }) => injection),
      scope,
    ),
  });
  return sharing(pairs).flatMap((all) => {
    const members = all.filter((pair) => {
      if (eligibleDestination(route, pair.injection, scope) === undefined) return false;
      const alone = made([pair]);
      return (alone.match ?? []).length > 0 && validateRoute(alone, scope).length === 0;
    });
    return members.length === 0 ? [] : [{ pairs: members, copy: made(members) }];
  });
}

function plainly(
  http: readonly HTTPRoute[],
  pairs: readonly Pair[],
  scope: ReturnType<typeof scopeOf>,
) {
  return withoutEnvRoutes(http).flatMap((route) => [
    ...copiesOf(route, pairs, scope).map(({ copy }) => copy),
    route,
  ]);
}

/** Finds, pair by pair, which earlier pair takes all requests of a pair before one route. */
function takenAt(
  route: HTTPRoute,
  pairs: readonly Pair[],
  scope: ReturnType<typeof scopeOf>,
  isActive: (pair: Pair) => boolean,
): Map<Pair, Pair> {
  const compared = new Set(
    pairs.flatMap(({ selector }) =>
      selector.entries.flatMap(({ headers, beside, queryParams = {} }) => {
        const names = [headers, beside?.headers, beside?.withoutHeaders].flatMap((map) =>
          Object.keys(map ?? {}),
        );
        return [...names.map(headerKey), ...Object.keys(queryParams).map(parameterKey)];
      }),
    ),
  );
  const copies = copiesOf(route, pairs, scope);
  const entriesOf = ({ copy }: Drafted) =>
    (copy.match ?? []).map((entry) => entryConditions(entry, compared));
  const taken = new Map<Pair, Pair>();
  copies.forEach((copy, at) => {
    const earlier = copies.slice(0, at).filter((one) => one.pairs.some(isActive));
    copy.pairs.forEach((pair, place) => {
      const rivals = earlier.filter(
        (one) =>
          one.pairs[0]?.injection.env !== pair.injection.env ||
          !one.pairs.some(({ injection }) => injection === pair.injection),
      );
      const by = entriesOf(copy).map((entry) =>
        rivals.find((rival) => entriesOf(rival).some((wide) => covers(wide, entry))),
      );
      const before = copy.pairs.slice(0, place).filter(isActive);
      const own = (route.route ?? []).filter(
        (one) => eligibleDestination({ route: [one] }, pair.injection, scope) !== undefined,
      );
      const winners = own.map((one) =>
        before.find(
          ({ injection }) => eligibleDestination({ route: [one] }, injection, scope) !== undefined,
        ),
      );
      const first = by.every((one) => one !== undefined)
        ? by[0]?.pairs.find(isActive)
        : winners.every((one) => one !== undefined)
          ? winners[0]
          : undefined;
      if (first !== undefined) taken.set(pair, first);
    });
  });
  return taken;
}

describe('compared with a simple implementation', () => {
  it('the same routes are rendered, and the same number is refused', () => {
    fc.assert(
      fc.property(virtualServices, oddInjections, oddRoutes, (object, all, extra) => {
        const http = httpOf(object).map((route, at) => (at === 0 ? { ...route, ...extra } : route));
        const plans = all.flatMap((one) => planned(one) ?? []);
        const scope = scopeOf(object, REF_CONFIG);
        const rendering = renderRoutes(
          withoutOurs(deepFreeze({ ...object, spec: { ...object.spec, http } })),
          deepFreeze(plans),
          scope,
        );
        expect(JSON.stringify(rendering.http)).toBe(
          JSON.stringify(plainly(http, pairsByPrecedence(plans, scope), scope)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('the same pairs are shadowed, by the same pairs, before the same routes', () => {
    fc.assert(
      fc.property(virtualServices, twins, (object, all) => {
        const plans = all.flatMap((one) => planned(one) ?? []);
        const active = new Set(plans.filter((_, at) => all[at]?.spec.active));
        const scope = scopeOf(object, REF_CONFIG);
        const draft = draftRoutes(withoutOurs(object), plans, scope);
        const { pairs } = draft;
        const isActive = ({ injection }: Pair) => active.has(injection);
        const routes = draft.routes.map(({ route }) => route);
        const taken = routes.map((route) => takenAt(route, pairs, scope, isActive));
        const counts = new Map(
          pairs.map((pair) => [
            pair,
            routes.filter((route) =>
              copiesOf(route, pairs, scope).some((one) => one.pairs.includes(pair)),
            ).length,
          ]),
        );
        const plain = sharing(pairs)
          .flat()
          .flatMap((pair) => {
            const at = routes.filter((_, place) => taken[place]?.has(pair));
            const by = taken.flatMap((one) => one.get(pair) ?? [])[0];
            if (by === undefined) return [];
            const isWhole = at.length === counts.get(pair);
            return [{ pair, by, ...(isWhole ? {} : { at: at.map(labelOf) }) }];
          });
        expect(findShadows(draft, (one) => active.has(one))).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });

  it('all injections are kept if the real sizes of plan and routes fit, not only estimated sizes', () => {
    fc.assert(
      fc.property(
        virtualServices,
        injections,
        fc.integer({ min: 50, max: 150 }),
        (object, all, percent) => {
          const plans = planOf(all);
          const draft = draftRoutes(withoutOurs(object), plans, scopeOf(object, REF_CONFIG));
          const exact = plans.reduce((sum, one) => {
            const { http } = renderRoutes(withoutOurs(object), [one], scopeOf(object, REF_CONFIG));
            const own = http.filter(({ name }) => isInjectedRouteName(name));
            return own.reduce((bytes, route) => bytes + utf8Length(JSON.stringify(route)) + 1, sum);
          }, 0);
          const routes = Math.floor((exact * percent) / 100);
          const plan = utf8Length(serializePlan({ injections: plans, notes: [] })) + 64;
          const room = roomOf(withoutOurs(object), undefined);
          const left = { ...room, plan, routes: () => routes, routesAtLeast: () => routes };
          const { leftOut } = fitInjections(draft, plans, left, []);
          expect(leftOut.length === 0).toBe(exact <= routes || plans.length === 0);
        },
      ),
      { numRuns: 500 },
    );
  });
});
