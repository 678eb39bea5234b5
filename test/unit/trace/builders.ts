import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import { MESH } from '../../../src/istio/gateway-name.ts';
import type { HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { decorate } from '../../../src/kinds/virtualservice/sync.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import { type Call, trace } from '../../../src/trace/trace.ts';
import type { Caller, Hop, Trace } from '../../../src/trace/types.ts';
import { renderRoutes } from '../../../src/virtualservice/injections/render.ts';
import { EMPTY_PLAN, parsePlan } from '../../../src/virtualservice/routes/plan-codec.ts';
import { scopeOf } from '../../../src/virtualservice/routes/scope.ts';
import { withoutOurs } from '../../../src/virtualservice/routes/strip.ts';
import {
  CONFIG,
  deployment,
  dynamicEnv,
  injection,
  NOW,
  routeTo,
  rule,
  running,
  service,
  subset,
  virtualService,
} from '../../support/objects.ts';

export const HOST = 'backend.shop.svc.cluster.local';
const PLAN = 'riskified.com/route-injections';

/** The VirtualService after the decorator and the webhook have handled it. */
export function rendered(
  vs: VirtualService,
  injections: readonly RouteInjection[],
): VirtualService {
  const { annotations } = decorate(vs, injections, CONFIG, NOW);
  const text = annotations[PLAN] ?? undefined;
  const plan = parsePlan(text) ?? EMPTY_PLAN;
  const { http } = renderRoutes(withoutOurs(vs), plan.injections, scopeOf(vs, CONFIG));
  const marks = text === undefined ? {} : { [PLAN]: text };
  return {
    ...vs,
    metadata: { ...vs.metadata, annotations: { ...vs.metadata.annotations, ...marks } },
    spec: { ...vs.spec, http: [...http] },
  };
}

export const envInjection = (env: string, spec: Partial<RouteInjection['spec']> = {}) =>
  injection(
    { env, clone: `backend-${env}`, subset: env, active: true, ...spec },
    { name: `${env}-backend` },
  );

/** A clone with its DestinationRule, as an env creates them. */
export function clone(env: string, ready = 1): KubeObject[] {
  const meta = {
    labels: { 'dynamic-env': 'true' },
    annotations: { 'riskified.com/dynamic-environment': env },
  };
  const labels = { app: 'backend', version: env };
  const template = { metadata: { labels }, spec: { containers: [] } };
  return [
    running(deployment(`shop/backend-${env}`, { replicas: 1, template }, meta), {
      availableReplicas: ready,
    }),
    rule(`shop/backend-${env}`, { host: 'backend', subsets: [subset(env)] }, meta),
  ];
}

export interface Shop {
  injections?: RouteInjection[];
  http?: HTTPRoute[];
  /** Replaces the VirtualService that is made of `http`. */
  virtualServices?: VirtualService[];
  /** Envs that have a clone and a status. */
  envs?: string[];
  more?: KubeObject[];
}

/** `shop/backend` and `shop/web`, each with Service, rule and VirtualService, and with the objects of the envs. */
export function shop({ injections = [], http, virtualServices, envs = [], more = [] }: Shop) {
  const own = [
    rendered(virtualService('shop/backend', http === undefined ? {} : { http }), injections),
  ];
  return [
    running(deployment('shop/backend')),
    running(deployment('shop/web')),
    service('shop/backend'),
    service('shop/web'),
    rule('shop/backend'),
    rule('shop/web'),
    virtualService('shop/web'),
    ...(virtualServices ?? own),
    ...injections,
    ...envs.flatMap((env) => clone(env)),
    ...envs.map((name) => dynamicEnv({}, { name })),
    ...more,
  ];
}

export const POD: Caller = {
  kind: 'pod',
  gateway: MESH,
  namespace: 'shop',
  labels: { app: 'web' },
};

export const call = (authority: string, over: Partial<Call> = {}): Call => ({
  method: 'GET',
  scheme: 'http',
  url: `http://${authority}/`,
  authority,
  port: 80,
  path: '/',
  headers: {},
  ...over,
});

export const user = (name: string): Partial<Call> => ({ headers: { user: name } });

export function traced(
  objects: readonly KubeObject[],
  calls: readonly Call[] = [call('backend')],
  caller: Caller = POD,
): Trace {
  return trace(calls, caller, meshSnapshot(objects, 'cluster.local'), []);
}

/** The hop of a trace with a single call. */
export function hop(objects: readonly KubeObject[], one = call('backend'), caller = POD): Hop {
  const [first] = traced(objects, [one], caller).hops;
  if (first === undefined) throw new Error('no hop');
  return first;
}

export { routeTo };
