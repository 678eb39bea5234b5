import type { AdmissionRequest } from '../../../src/hooks/types.ts';
import type { HookAnswer, Inject } from '../../../src/simulator/hook-call.ts';
import { isMap, type LocalObject } from '../../../src/simulator/object.ts';

/**
 * Replaces the service in tests of the simulator. It has just enough rules for the recorded steps
 * (test/fixtures/recorded): one env `alice` on `shop/backend`. Its routes are injected when the clone is available and
 * settled; the clone is drained before removal.
 */
type Groups = Record<string, Record<string, LocalObject>>;

interface Request {
  controller: LocalObject;
  parent: LocalObject;
  object: LocalObject;
  children: Groups;
  related: Groups;
  finalizing: boolean;
}

const HOST_HASH = 'c4ae6666b8';
const PLAN = 'riskified.com/route-injections';
const LABEL = 'env.riskified.com/alice';
const OUR_ROUTE = /^dynamic-environment-.+-[0-9a-f]{10}$/;

export interface Recorded {
  url: string;
  body: unknown;
}

export interface Prototype {
  inject: Inject;
  requests: Recorded[];
  /** Answers by URL, instead of those of the rules. */
  override: Map<string, (body: unknown) => unknown>;
}

function route(env: string) {
  return {
    name: `dynamic-environment-${env}-${HOST_HASH}`,
    match: [{ headers: { user: { exact: env } } }],
    route: [
      {
        destination: { host: 'backend', subset: env },
        headers: { response: { add: { 'x-dynamic-env': env } } },
      },
    ],
  };
}

function customizeEnv({ parent }: Request) {
  const namespace = 'shop';
  const istio = 'networking.istio.io/v1';
  const labelSelector = {
    matchExpressions: [{ key: `env.riskified.com/${parent.metadata.name}`, operator: 'Exists' }],
  };
  return {
    relatedResources: [
      { apiVersion: 'apps/v1', resource: 'deployments', namespace, names: ['backend'] },
      { apiVersion: 'v1', resource: 'services', namespace },
      { apiVersion: istio, resource: 'destinationrules', namespace },
      { apiVersion: istio, resource: 'virtualservices', labelSelector },
    ],
  };
}

function image({ spec }: LocalObject): unknown {
  const subsets = (spec?.['subsets'] ?? []) as { containers: { image: string }[] }[];
  return subsets[0]?.containers[0]?.image;
}

function clone(base: LocalObject, env: LocalObject): LocalObject {
  const spec = structuredClone(base.spec) as {
    selector: object;
    template: { metadata: object; spec: { containers: Record<string, unknown>[] } };
  };
  const labels = { app: 'backend', version: env.metadata.name };
  const [container] = spec.template.spec.containers;
  if (container) container['image'] = image(env);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `backend-${env.metadata.name}`, namespace: 'shop', labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: spec.template.spec },
    },
  };
}

function destinationRule(env: string): LocalObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: `backend-${env}-backend`, namespace: 'shop', labels: { env } },
    spec: { host: 'backend', subsets: [{ name: env, labels: { version: env } }] },
  };
}

function injection(env: string, active: boolean): LocalObject {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'RouteInjection',
    metadata: { name: `backend-${env}-backend`, labels: { 'riskified.com/host': HOST_HASH } },
    spec: {
      env,
      host: 'backend.shop.svc.cluster.local',
      from: 'shared',
      active,
      headers: { user: { exact: env } },
    },
  };
}

function first(groups: Groups, kind: string): LocalObject | undefined {
  const key = Object.keys(groups).find((name) => name.startsWith(`${kind}.`));
  return key === undefined ? undefined : Object.values(groups[key] ?? {})[0];
}

function hasRoute(virtualService: LocalObject | undefined): boolean {
  const routes = (virtualService?.spec?.['http'] ?? []) as { name?: string }[];
  return routes.some(({ name }) => OUR_ROUTE.test(name ?? ''));
}

/** Clones the base Deployment from the related objects; without a base the sync fails. */
function syncEnv({ parent, children, related }: Request, now: Date) {
  const env = parent.metadata.name;
  const base = related['Deployment.apps/v1']?.['shop/backend'];
  if (!base) throw new Error('no base');
  const rule = first(children, 'DestinationRule');
  const since = Date.parse(rule?.metadata.creationTimestamp ?? '');
  const settled = now.getTime() - since >= 2000;
  const available = first(children, 'Deployment')?.status?.['availableReplicas'] === 1;
  const was = first(children, 'RouteInjection')?.spec?.['active'] === true;
  const active = was || (available && settled);
  const ready = active && hasRoute(first(related, 'VirtualService'));
  return {
    status: { state: ready ? 'ready' : 'processing' },
    children: [clone(base, parent), destinationRule(env), injection(env, active)],
    ...(!ready && { resyncAfterSeconds: 0.5 }),
  };
}

/** Deactivates the injection, waits until the routes are removed and four seconds more, then deletes everything. */
function finalizeEnv({ parent, children, related }: Request, now: Date) {
  const env = parent.metadata.name;
  const base = related['Deployment.apps/v1']?.['shop/backend'];
  const state = { status: { state: 'processing' }, resyncAfterSeconds: 0.5 };
  const left = Object.values(children).some((group) => Object.keys(group).length > 0);
  if (!left) return { ...state, children: [], finalized: true };
  const since = Date.parse(parent.metadata.deletionTimestamp ?? '');
  const drained = !hasRoute(first(related, 'VirtualService')) && now.getTime() - since >= 4000;
  const keep = base ? [clone(base, parent), destinationRule(env), injection(env, false)] : [];
  return { ...state, children: drained ? [] : keep, finalized: false };
}

function syncRoutes({ object, related }: Request) {
  const injections = Object.values(related['RouteInjection.riskified.com/v1alpha1'] ?? {});
  const plan = object.metadata.annotations?.[PLAN];
  const [found] = injections;
  const active = found?.spec?.['active'] === true;
  const none = plan === undefined || plan === '[]' || !found ? null : '[]';
  const routes = hasRoute(object);
  return {
    labels: found
      ? { [LABEL]: active ? 'injected' : 'pending' }
      : object.metadata.labels?.[LABEL]
        ? { [LABEL]: null }
        : {},
    annotations: { [PLAN]: active ? JSON.stringify([found.spec]) : routes ? '[]' : none },
    attachments: [],
  };
}

/** Restores marks that a writer other than Metacontroller removed, then renders the plan. */
function admission({ request }: { request: AdmissionRequest }) {
  const object = structuredClone(request.object) as LocalObject;
  const old = request.oldObject as LocalObject | null;
  const patch: object[] = [];
  const { metadata } = object;
  if (old && request.userInfo.username !== 'mc') {
    const plan = old.metadata.annotations?.[PLAN];
    if (plan !== undefined && metadata.annotations?.[PLAN] === undefined) {
      const annotations = { ...metadata.annotations, [PLAN]: plan };
      patch.push({ op: 'add', path: '/metadata/annotations', value: annotations });
      metadata.annotations = annotations;
    }
    const label = old.metadata.labels?.[LABEL];
    if (label !== undefined && metadata.labels?.[LABEL] === undefined) {
      const labels = { ...metadata.labels, [LABEL]: label };
      patch.push({ op: 'add', path: '/metadata/labels', value: labels });
    }
  }
  const plan = JSON.parse(metadata.annotations?.[PLAN] ?? '[]') as { env: string }[];
  const http = (object.spec?.['http'] ?? []) as { name?: string }[];
  const own = http.filter(({ name }) => !OUR_ROUTE.test(name ?? ''));
  const rendered = [...plan.map(({ env }) => route(env)), ...own];
  if (JSON.stringify(rendered) !== JSON.stringify(http)) {
    patch.push({ op: 'replace', path: '/spec/http', value: rendered });
  }
  const encoded = Buffer.from(JSON.stringify(patch)).toString('base64');
  const amended = patch.length > 0 && { patchType: 'JSONPatch', patch: encoded };
  const { apiVersion, kind } = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
  return { apiVersion, kind, response: { uid: request.uid, allowed: true, ...amended } };
}

const HOST_RULE = {
  apiVersion: 'riskified.com/v1alpha1',
  resource: 'routeinjections',
  labelSelector: {
    matchExpressions: [{ key: 'riskified.com/host', operator: 'In', values: [HOST_HASH] }],
  },
};

export function createPrototype(now: () => Date): Prototype {
  const requests: Recorded[] = [];
  const override: Prototype['override'] = new Map();
  const rules: Record<string, (body: never) => unknown> = {
    '/dynamicenv/customize': customizeEnv,
    '/dynamicenv/sync': (body: Request) => syncEnv(body, now()),
    '/dynamicenv/finalize': (body: Request) => finalizeEnv(body, now()),
    '/route-injection/customize': () => ({ relatedResources: [HOST_RULE] }),
    '/route-injection/sync': syncRoutes,
    '/admission/virtualservices': admission,
  };
  const inject: Inject = async ({ url, body }): Promise<HookAnswer> => {
    requests.push({ url, body: structuredClone(body) });
    const rule = override.get(url) ?? rules[url];
    if (!rule) return { statusCode: 404, body: 'no such hook' };
    try {
      const answer = rule(body as never);
      if (isMap(answer) && typeof answer['statusCode'] === 'number') return answer as never;
      return { statusCode: 200, body: JSON.stringify(answer) };
    } catch (error) {
      return { statusCode: 500, body: String(error) };
    }
  };
  return { inject, requests, override };
}
