import { injectedRouteName } from '../../../src/api/route-name.ts';
import type { RouteInjection, RouteInjectionSpec } from '../../../src/api/routeinjection.ts';
import type { HTTPRoute, VirtualService, VirtualServiceSpec } from '../../../src/istio/types.ts';
import { refSettings } from '../../../src/refs/settings.ts';
import { deepFreeze } from '../../../src/simulator/object.ts';
import { planned } from '../../../src/virtualservice/injections/planned.ts';
import type {
  Plan,
  PlanNote,
  PlannedInjection,
} from '../../../src/virtualservice/routes/plan-codec.ts';
import type { Scope } from '../../../src/virtualservice/routes/scope.ts';
import { withoutOurs } from '../../../src/virtualservice/routes/strip.ts';

/**
 * Objects for the tables in this folder, all of one shop. They are deep-frozen, so code that changes its input throws.
 */
export const CONFIG = { clusterDomain: 'cluster.local', metacontrollerUser: 'metacontroller' };
export const HOST = 'backend.shop.svc.cluster.local';
export const SCOPE: Scope = {
  namespace: 'shop',
  clusterDomain: 'cluster.local',
  gateways: [],
  isDelegate: false,
  refs: refSettings({}),
};

export function virtualService(
  spec: VirtualServiceSpec,
  metadata: Partial<VirtualService['metadata']> = {},
): VirtualService {
  return deepFreeze({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'backend', namespace: 'shop', ...metadata },
    spec: { hosts: ['backend'], ...spec },
  });
}

/** The user's part of a VirtualService with these http routes. */
export const users = (http: readonly HTTPRoute[], metadata?: Partial<VirtualService['metadata']>) =>
  withoutOurs(virtualService({ http: [...http] }, metadata));

/** A VirtualService with these http routes. */
export const routing = (http: HTTPRoute[], metadata?: Partial<VirtualService['metadata']>) =>
  virtualService({ http }, metadata);

export function injection(spec: Partial<RouteInjectionSpec> = {}): RouteInjection {
  const env = spec.env ?? 'test';
  return deepFreeze({
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'RouteInjection',
    metadata: { name: `${env}-backend` },
    spec: {
      env,
      envCreationTimestamp: '2026-01-01T00:00:00Z',
      deployment: { namespace: 'shop', name: 'backend' },
      clone: `backend-${env}`,
      host: HOST,
      from: ['shared'],
      subset: env,
      matches: [{ headers: { user: { exact: 'test-user' } } }],
      active: true,
      ...spec,
    },
  });
}

/** The injection of a consumer, which has no subset and no routes. */
export function consumer(spec: Partial<RouteInjectionSpec> = {}): RouteInjection {
  const { subset: _none, ...rest } = injection(spec).spec;
  return deepFreeze({ ...injection(spec), spec: rest });
}

export function planEntry(spec: Partial<RouteInjectionSpec> = {}): PlannedInjection {
  const plan = planned(injection(spec));
  if (plan === undefined) throw new Error('a consumer has no plan entry');
  return plan;
}

export const to = (host = 'backend', subset?: string) => ({
  destination: subset === undefined ? { host } : { host, subset },
});

/** The user's route to the base. */
export const BASE: HTTPRoute = deepFreeze({ route: [to('backend', 'shared')] });

export const nameOf = (env = 'test', deployment = 'backend', host = HOST) =>
  injectedRouteName(env, { namespace: 'shop', name: deployment }, host);

/** The copy of `BASE` for the injection that `injection()` returns. */
export function copy(env = 'test', fields: Partial<HTTPRoute> = {}): HTTPRoute {
  return {
    name: nameOf(env),
    match: [{ headers: { user: { exact: 'test-user' } } }],
    route: [
      {
        destination: { host: 'backend', subset: env },
        headers: { response: { add: { 'x-dynamic-env': `backend-${env}` } } },
      },
    ],
    ...fields,
  };
}

export const plan = (injections: PlannedInjection[], rest: Partial<Plan> = {}): Plan => ({
  injections,
  notes: [],
  ...rest,
});

export function planNote(
  state: PlanNote['state'],
  message: string,
  rest: Partial<PlanNote> = {},
): PlanNote {
  const deployment = { namespace: 'shop', name: 'backend' };
  return { env: 'test', deployment, host: HOST, state, message, ...rest };
}
