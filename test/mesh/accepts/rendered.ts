import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import { isInjectedRouteName } from '../../../src/api/route-name.ts';
import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import { routeInjection } from '../../../src/kinds/dynamicenv/plan/injections.ts';
import { cloneName } from '../../../src/kinds/dynamicenv/plan/names.ts';
import { envWorkloads } from '../../../src/kinds/dynamicenv/plan/workloads.ts';
import { admit } from '../../../src/kinds/virtualservice/admit.ts';
import { decorate } from '../../../src/kinds/virtualservice/sync.ts';
import type { RefFlags } from '../../../src/refs/settings.ts';
import { applyJsonPatch } from '../../../src/simulator/api-server/json-patch.ts';
import { andMatch } from '../../../src/virtualservice/injections/and-match.ts';
import { planned } from '../../../src/virtualservice/injections/planned.ts';
import { selectorsOf } from '../../../src/virtualservice/injections/selectors.ts';
import { pointAt } from '../../../src/virtualservice/routes/point-at.ts';
import { scopeOf } from '../../../src/virtualservice/routes/scope.ts';

const CONFIG = {
  clusterDomain: 'cluster.local',
  metacontrollerUser: 'metacontroller',
  refCarriers: ['header', 'baggage', 'cookie'] as const,
};
const HOST = 'backend.shop.svc.cluster.local';
const NOW = new Date('2026-01-01T01:00:00Z');

const manyHeaders = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v']));

/**
 * The user's routes that have almost as many headers as Envoy accepts. The route `full` has no room for another header.
 */
export const FULL_ROUTES: HTTPRoute[] = [
  {
    name: 'full',
    match: [{ uri: { exact: '/full' }, headers: { 'x-1': { regex: 'user-.*' } } }],
    headers: { response: { add: manyHeaders(999), set: { 'x-last': '100%%' } } },
    route: [{ destination: { host: 'backend', subset: 'shared' } }],
  },
  {
    name: 'nearly-full',
    match: [{ uri: { prefix: '/nearly-full' } }, { uri: { regex: '/n.*' } }],
    headers: { response: { add: manyHeaders(900) } },
    route: [
      {
        destination: { host: 'backend', subset: 'shared' },
        headers: { response: { add: manyHeaders(99) } },
      },
    ],
  },
];

const USUAL_ROUTES: HTTPRoute[] = [
  {
    match: [{ uri: { regex: '/n.*' } }, { uri: { prefix: '/a' }, headers: { 'x-1': {} } }],
    headers: { response: { add: { 'x-answer': '100%%' } } },
    route: [{ destination: { host: 'backend', subset: 'shared' } }],
  },
  { route: [{ destination: { host: 'backend', subset: 'shared' } }] },
];

/**
 * The injection that the env's sync creates once its clone is available. The env is not validated, as if an earlier
 * version had accepted it.
 */
export function activeInjection(env: DynamicEnv): RouteInjection {
  const [entry] = envWorkloads(env);
  if (entry === undefined) throw new Error('an env without a workload');
  const injection = routeInjection(env, entry, HOST, {
    from: ['shared'],
    to: { name: cloneName('backend', env.metadata.name), others: {} },
    exposed: [],
  });
  return { ...injection, spec: { ...injection.spec, active: true } };
}

/** The routes of a VirtualService with injections, as sync and then admission create them. */
export function renderedRoutes(
  injections: RouteInjection | readonly RouteInjection[],
  own = USUAL_ROUTES,
  flags: Partial<RefFlags> = {},
): HTTPRoute[] {
  const config = { ...CONFIG, ...flags };
  const before = virtualServiceWith(own);
  const { annotations, labels } = decorate(before, [injections].flat(), config, NOW);
  const metadata = { ...before.metadata, annotations, labels } as VirtualService['metadata'];
  const written = { ...before, metadata };
  const { patch } = admit(
    { operation: 'UPDATE', username: 'metacontroller', object: written, oldObject: before },
    config,
  );
  const after = applyJsonPatch(written, patch) as VirtualService;
  return after.spec.http ?? [];
}

function virtualServiceWith(http: HTTPRoute[]): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'backend', namespace: 'shop' },
    // A gateway, since cookies carry refs only there.
    spec: { hosts: ['backend'], gateways: ['mesh', 'public'], http },
  };
}

export function copiesIn(http: readonly HTTPRoute[]): number {
  return http.filter(({ name }) => isInjectedRouteName(name)).length;
}

/** For the control tests: the routes without any check of the values. */
export function uncheckedRoutes(injection: RouteInjection): HTTPRoute[] {
  const plan = planned(injection);
  if (plan === undefined) return [];
  const scope = scopeOf(virtualServiceWith(USUAL_ROUTES), CONFIG);
  return USUAL_ROUTES.slice(1).flatMap((route) =>
    selectorsOf(plan, scope).map(({ entries }) => ({
      match: andMatch(undefined, entries, scope).entries,
      route: (route.route ?? []).map((target) => pointAt(target, plan)),
    })),
  );
}
