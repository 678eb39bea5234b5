import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import type { IstioMatch } from '../../src/api/dynamicenv.ts';
import { isInjectedRouteName } from '../../src/api/route-name.ts';
import { evaluate, type HostRequest, type Mesh } from '../../src/istio/evaluate.ts';
import { firstMismatch, requestMismatch } from '../../src/istio/match-request.ts';
import { matchesString } from '../../src/istio/string-match.ts';
import type { HTTPMatchRequest, HTTPRoute, VirtualService } from '../../src/istio/types.ts';
import { byText, canonicalJson, jsonEqual } from '../../src/k8s/canonical.ts';
import { admit } from '../../src/kinds/virtualservice/admit.ts';
import { decorate } from '../../src/kinds/virtualservice/sync.ts';
import { applyJsonPatch } from '../../src/simulator/api-server/json-patch.ts';
import { deepFreeze } from '../../src/simulator/object.ts';
import { type Pair, pairsByPrecedence } from '../../src/virtualservice/injections/precedence.ts';
import { renderRoutes } from '../../src/virtualservice/injections/render.ts';
import { plainEntry } from '../../src/virtualservice/injections/selectors.ts';
import { eligibleDestination } from '../../src/virtualservice/routes/eligible.ts';
import { listsOf } from '../../src/virtualservice/routes/lists.ts';
import { patchRoutes } from '../../src/virtualservice/routes/patch.ts';

import {
  EMPTY_PLAN,
  parsePlan,
  serializePlan,
} from '../../src/virtualservice/routes/plan-codec.ts';

import { httpOf, scopeOf } from '../../src/virtualservice/routes/scope.ts';
import { withoutEnvRoutes, withoutOurs } from '../../src/virtualservice/routes/strip.ts';
import { matchOf } from '../support/pair-match.ts';
import {
  ENVS,
  HOSTS,
  injections,
  planOf,
  REF_CONFIG,
  requests,
  root,
  routeLists,
  shuffled,
  virtualServices,
} from './lib/virtualservice.ts';

/** Many runs: a run is cheap, and most random requests match nothing. */
const MANY = { numRuns: fc.readConfigureGlobal().numRuns ?? 1000 };
const NOW = new Date('2026-01-01T12:00:00Z');
const rendered = (object: VirtualService, wanted: ReturnType<typeof planOf>): VirtualService => ({
  ...object,
  spec: {
    ...object.spec,
    http: renderRoutes(withoutOurs(object), wanted, scopeOf(object, REF_CONFIG)).http,
  },
});

describe('rendering', () => {
  it('never changes a route of the user, and a second rendering changes nothing', () => {
    fc.assert(
      fc.property(virtualServices, injections, (object, all) => {
        const once = rendered(deepFreeze(object), deepFreeze(planOf(all)));
        expect(withoutEnvRoutes(httpOf(once))).toEqual(withoutEnvRoutes(httpOf(object)));
        expect(rendered(deepFreeze(once), planOf(all))).toEqual(once);
        expect(rendered(once, [])).toEqual(rendered(object, []));
      }),
    );
  });

  it('can be patched by index, from any state, without writing a route of the user again', () => {
    fc.assert(
      fc.property(virtualServices, injections, injections, (object, before, after) => {
        const from = deepFreeze(rendered(object, planOf(before)));
        const to = deepFreeze(rendered(object, planOf(after)));
        const patch = patchRoutes(from, listsOf(to));
        expect(applyJsonPatch(from, patch)).toEqual(to);
        for (const operation of patch) {
          if (operation.op === 'remove') continue;
          expect(isInjectedRouteName((operation.value as HTTPRoute).name)).toBe(true);
        }
      }),
    );
  });
});

describe('sync and admission', () => {
  it('are stable after one write, and do not depend on the order of lists and keys', () => {
    fc.assert(
      fc.property(virtualServices, injections, fc.integer(), (object, all, seed) => {
        const decoration = decorate(deepFreeze(object), deepFreeze(all), REF_CONFIG, NOW);
        const other = decorate(shuffled(object, seed), shuffledList(all, seed), REF_CONFIG, NOW);
        expect(other).toEqual(decoration);
        const written = writtenBy(object, decoration);
        expect(written.spec).toEqual(rendered(object, planOf(all)).spec);
        const again = decorate(written, all, REF_CONFIG, new Date(NOW.getTime() + 60_000));
        expect(again).toEqual(decoration);
        expect(writtenBy(written, again)).toEqual(written);
      }),
    );
  });

  it('revert what anybody else does to marks and routes', () => {
    fc.assert(
      fc.property(virtualServices, injections, routeLists, (object, all, http) => {
        const live = deepFreeze(writtenBy(object, decorate(object, all, REF_CONFIG, NOW)));
        const spec = { ...object.spec, http: http.toSpliced(1, 0, ...httpOf(live).slice(0, 1)) };
        const write = { ...object, spec };
        const amended = admitted(write, live, 'jane');
        const wanted = withoutEnvRoutes(spec.http);
        expect(amended.metadata).toEqual(live.metadata);
        expect(amended.spec).toEqual(
          rendered({ ...object, spec: { ...spec, http: wanted } }, planOf(all)).spec,
        );
      }),
    );
  });
});

describe('requests, according to an independent evaluator', () => {
  it('go to the env with the first matching match if their route can be copied; otherwise to where they went before', () => {
    fc.assert(
      fc.property(virtualServices, injections, requests, (object, all, request) => {
        const base = evaluate(request, mesh([object]));
        const ours = evaluate(request, mesh([rendered(object, planOf(all))]));
        const expected = takenBy(object, all, request);
        if (expected === undefined) expect(destinationsOf(ours)).toEqual(destinationsOf(base));
        else expect(sharesOf(ours)).toEqual(expected);
      }),
      MANY,
    );
  });

  it('never go to an env that has no matching match, not even through a delegate', () => {
    fc.assert(
      fc.property(virtualServices, root, injections, requests, (object, top, all, request) => {
        const { gateways: _none, ...spec } = object.spec;
        const leaf = { ...object, spec: { ...spec, hosts: [] } };
        const base = destinationsOf(evaluate(request, mesh([top, leaf])));
        const ours = destinationsOf(evaluate(request, mesh([top, rendered(leaf, planOf(all))])));
        const scope = scopeOf(leaf, REF_CONFIG);
        const holding = pairsByPrecedence(planOf(all), scope)
          .filter((pair) => isMet(pair, request))
          .map(({ injection }) => injection);
        const envs = holding.map(({ to }) => to);
        const reached = typeof ours === 'string' ? [] : ours.flatMap(({ subset }) => subset ?? []);
        expect(reached.filter((one) => ENVS.includes(one) && !envs.includes(one))).toEqual([]);
        if (!reached.some((one) => envs.includes(one))) expect(ours).toEqual(base);
      }),
      MANY,
    );
  });
});

/**
 * Where an env's copy should send the request, computed from the base route that takes it. Undefined if no env takes
 * it.
 */
function takenBy(object: VirtualService, all: Parameters<typeof planOf>[0], request: HostRequest) {
  const base = evaluate(request, mesh([object]));
  const route = base.kind === 'destinations' && base.hit && httpOf(object)[base.hit.routeIndex];
  if (!route || base.kind !== 'destinations') return undefined;
  const scope = scopeOf(object, REF_CONFIG);
  const entries = route.match?.length ? route.match : [{}];
  const met = entries.filter((entry) => firstMismatch(entry, request, 'shop') === undefined);
  const eligible = pairsByPrecedence(planOf(all), scope).filter(
    ({ injection }) => eligibleDestination(route, injection, scope) !== undefined,
  );
  const first = eligible.find(
    (pair) => isMet(pair, request) && met.some((entry) => isCompatible(entry, matchOf(pair))),
  );
  if (first === undefined) return undefined;
  const hosts = eligible
    .filter((pair) => {
      return (
        pair.injection.env === first.injection.env &&
        jsonEqual(pair.selector.entries, first.selector.entries)
      );
    })
    .map(({ injection }) => injection.host);
  return shares(
    base.destinations.map(({ host, subset, share }) =>
      hosts.includes(host)
        ? { host, subset: first.injection.to, share }
        : { host, ...(subset === undefined ? {} : { subset }), share },
    ),
  );
}

/** The share of each destination. The shares of a destination that is listed twice are added. */
function shares(destinations: readonly { host: string; subset?: string; share: number }[]) {
  const sums: Record<string, number> = {};
  for (const { host, subset, share } of destinations) {
    const key = `${subset} of ${host}`;
    sums[key] = (sums[key] ?? 0) + share;
  }
  return Object.fromEntries(
    Object.entries(sums).map(([key, share]) => [key, Math.round(share * 1e6)]),
  );
}

function sharesOf(outcome: ReturnType<typeof evaluate>) {
  return outcome.kind === 'destinations' ? shares(outcome.destinations) : outcome.kind;
}

/** What a ref's entries match is compared with `pick` in virtualservice-refs.test.ts. */
function isMet(pair: Pair, request: HostRequest): boolean {
  const { matchIndex, entries } = pair.selector;
  return matchIndex === undefined
    ? entries.some((entry) => requestMismatch(plainEntry(entry), request) === undefined)
    : holds(matchOf(pair), request);
}

function holds(match: IstioMatch, request: HostRequest): boolean {
  return (
    Object.entries(match.headers ?? {}).every(([name, wanted]) =>
      matchesString(wanted, request.headers[name.toLowerCase()]),
    ) &&
    Object.entries(match.sourceLabels ?? {}).every(
      ([key, value]) => request.sourceLabels?.[key] === value,
    ) &&
    Object.entries(match.queryParams ?? {}).every(([name, wanted]) =>
      matchesString(wanted, parameterOf(request.path, name)),
    ) &&
    hasCookie(match, request.headers['cookie'] ?? '') &&
    hasBaggage(match, request.headers['baggage'] ?? '')
  );
}

/** Envoy compares the first value. */
function parameterOf(path: string, name: string): string | undefined {
  return new URLSearchParams(path.split('?')[1] ?? '').get(name) ?? undefined;
}

function hasCookie({ cookie }: IstioMatch, sent: string): boolean {
  if (cookie === undefined) return true;
  const { name, exact } = cookie;
  const wanted = [`${name}=${exact}`, `${name}="${exact}"`];
  return sent.split(';').some((pair) => wanted.includes(pair.trim()));
}

function hasBaggage({ baggage }: IstioMatch, sent: string): boolean {
  if (baggage === undefined) return true;
  return sent.split(',').some((member) => {
    const [key = '', value = ''] = (member.split(';')[0] ?? '').split('=');
    return key.trim() === baggage.key && decodeURIComponent(value.trim()) === baggage.exact;
  });
}

/** True if the match can be added to the entry, which must have no other condition on the same header or label. */
function isCompatible(entry: HTTPMatchRequest, match: IstioMatch): boolean {
  const on = (name: string, map: object = {}) =>
    Object.entries(map).filter(([own]) => own.toLowerCase() === name.toLowerCase());
  const parameters = Object.entries(match.queryParams ?? {}).every(([name, wanted]) => {
    const own = entry.queryParams?.[name];
    return own === undefined || jsonEqual(own, wanted);
  });
  if (!parameters) return false;
  // Conditions on cookies and baggage are added under another spelling of the header's name.
  return Object.entries(match.headers ?? {}).every(([name, wanted]) => {
    const own = on(name, entry.headers);
    const isFree = own.length === 0 || own.some(([, value]) => jsonEqual(value, wanted));
    return isFree && on(name, entry.withoutHeaders).length === 0;
  });
}

function mesh(virtualServiceList: VirtualService[]): Mesh {
  return {
    clusterDomain: 'cluster.local',
    virtualServices: virtualServiceList,
    services: HOSTS.map((host) => ({ host, namespace: 'shop', selector: { app: host } })),
    destinationRules: HOSTS.map((host) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: host, namespace: 'shop' },
      spec: {
        host,
        subsets: ['shared', 'v2', ...ENVS].map((name) => ({ name, labels: { version: name } })),
      },
    })),
  };
}

function destinationsOf(outcome: ReturnType<typeof evaluate>) {
  return outcome.kind === 'destinations' ? outcome.destinations : outcome.kind;
}

function shuffledList<T>(list: readonly T[], seed: number): T[] {
  return list.map((item) => shuffled(item, seed)).toSorted(() => (seed % 2 === 0 ? 1 : -1));
}

/** The object that is stored if Metacontroller writes a decoration and the webhook changes this write. */
function writtenBy(object: VirtualService, { annotations, labels }: ReturnType<typeof decorate>) {
  const set = (old: Record<string, string> | undefined, changes: typeof labels) =>
    Object.fromEntries(
      Object.entries({ ...old, ...changes }).flatMap(([key, value]) =>
        value === null ? [] : [[key, value]],
      ),
    );
  const metadata = {
    ...object.metadata,
    annotations: set(object.metadata.annotations, annotations),
    labels: set(object.metadata.labels, labels),
  };
  return admitted({ ...object, metadata }, object, REF_CONFIG.metacontrollerUser);
}

function admitted(object: VirtualService, oldObject: VirtualService, username: string) {
  const write = deepFreeze({ operation: 'UPDATE' as const, username, object, oldObject });
  const { patch, refusal } = admit(write, REF_CONFIG);
  expect(refusal).toBeUndefined();
  return applyJsonPatch(object, patch);
}

it('plans are unchanged after they were written as text and read again', () => {
  fc.assert(
    fc.property(injections, (all) => {
      const plan = { injections: planOf(all), notes: [] };
      const text = serializePlan(plan);
      const read = parsePlan(text) ?? EMPTY_PLAN;
      expect(serializePlan(read)).toBe(text);
      // Their order does not matter.
      expect(read.injections.map(canonicalJson).toSorted(byText)).toEqual(
        plan.injections.map(canonicalJson).toSorted(byText),
      );
    }),
  );
});
