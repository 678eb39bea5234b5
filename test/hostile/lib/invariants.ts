import { isMergedRouteName } from '../../../src/api/merged-route-name.ts';
import { isInjectedRouteName } from '../../../src/api/route-name.ts';
import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import { readable } from '../../../src/api/unreadable.ts';
import type {
  AdmissionReview,
  AdmissionReviewResponse,
  CompositeRequest,
} from '../../../src/hooks/types.ts';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import { jsonEqual } from '../../../src/k8s/canonical.ts';
import { isMap } from '../../../src/k8s/json-map.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { applyJsonPatch, type Operation } from '../../../src/simulator/api-server/json-patch.ts';
import { lostSubset } from './invariants-levels.ts';

/** An HTTP answer of the service. */
export interface Answer {
  url: string;
  sent: unknown;
  statusCode: number;
  text: string;
}

/** Texts of JavaScript's own errors. The service must not answer with them. */
const CRASH =
  /Cannot (read|convert|set|destructure|create)|is not (a function|iterable|an object|defined|a constructor)|Maximum call stack|Invalid (array|string|count|time)|circular|undefined is|null is|Reduce of empty|out of memory|must be of type function/i;

/** Which general rule an answer breaks; undefined if it breaks none. */
export function fault(answer: Answer): string | undefined {
  const { url, sent, statusCode, text } = answer;
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return 'the answer is not JSON';
  }
  if (statusCode !== 200) return wordless(body, statusCode);
  if (/^\/dynamicenv\/(sync|finalize)$/.test(url)) return lostChild(sent as CompositeRequest, body);
  if (/^\/virtual-environment\/(sync|finalize)$/.test(url)) {
    return lostSubset(sent as CompositeRequest, body);
  }
  if (url.startsWith('/admission/')) return alteredRoutes(sent as AdmissionReview, body);
  return undefined;
}

function wordless({ error }: Record<string, unknown>, statusCode: number): string | undefined {
  if (typeof error !== 'string' || error.length < 10)
    return `status ${statusCode} without an error message`;
  return CRASH.test(error) ? `an error of JavaScript: ${error}` : undefined;
}

/** Reasons in the status that mean that the service decided nothing for the env. */
const HELD_UP = ['InvalidSpec', 'NoMeshIndex', 'NotSent', 'TooLarge', 'Unreadable'];

/**
 * Finds a child that is missing in the answer. The answer must contain every child that receives requests, and all
 * children if nothing was decided. DestinationRules are not checked, because one that hides other people's subsets may
 * be removed.
 */
function lostChild(sent: CompositeRequest, body: Record<string, unknown>): string | undefined {
  const children = body['children'] as KubeObject[];
  const kept = new Set(children.map(nameOf));
  const { metadata } = sent.parent;
  if (metadata.annotations?.['riskified.com/force-removal'] === 'true') return undefined;
  const injections = Object.values(sent.children['RouteInjection.riskified.com/v1alpha1'] ?? {});
  const { objects } = readable('RouteInjection', injections as RouteInjection[]);
  const active = objects.filter(({ spec }) => spec.active === true);
  const clones = Object.values(sent.children['Deployment.apps/v1'] ?? {});
  const led = clones.filter((clone) =>
    active.some(({ spec: { deployment } }) => {
      const base = clone.metadata.annotations?.['riskified.com/deployment'];
      return base === `${deployment.namespace}/${deployment.name}`;
    }),
  );
  const { conditions } = body['status'] as { conditions: { reason: string }[] };
  const isHeldUp = HELD_UP.includes(conditions[0]?.reason ?? '');
  const needed: KubeObject[] = isHeldUp ? [...clones, ...injections] : [...led, ...active];
  const lost = needed.find((child) => !namesOf(child, sent).some((name) => kept.has(name)));
  return lost === undefined ? undefined : `the child ${nameOf(lost)} is lost`;
}

function nameOf({ kind, metadata: { namespace, name } }: KubeObject): string {
  return `${kind} ${namespace ?? ''}/${name}`;
}

/**
 * The names under which the answer may contain a child: from the child's own metadata, and from its key in the request,
 * because the mutation may have removed its namespace.
 */
function namesOf(child: KubeObject, { children }: CompositeRequest): string[] {
  const places = Object.values(children).flatMap((group) => Object.entries(group ?? {}));
  const [key = ''] = places.find(([, one]) => one === child) ?? [];
  return [nameOf(child), `${child.kind} ${key.includes('/') ? key : `/${key}`}`];
}

/**
 * Finds a change of the user's fields. A patch may change only our routes, our labels and annotations, and their
 * entries in managedFields.
 */
function alteredRoutes(sent: AdmissionReview, body: Record<string, unknown>): string | undefined {
  const { response } = body as unknown as AdmissionReviewResponse;
  if (!response.allowed) return 'the write was refused';
  if (response.patch === undefined) return undefined;
  const patch = JSON.parse(Buffer.from(response.patch, 'base64').toString()) as Operation[];
  const before = sent.request.object;
  const after = applyJsonPatch(before, patch);
  const { namespace } = sent.request;
  return jsonEqual(usersPart(before, namespace), usersPart(after, namespace))
    ? undefined
    : 'a field of the user was changed';
}

/** `namespace`: that of the request, where the object has none. */
function usersPart(object: unknown, namespace: string | undefined): unknown {
  const { metadata, spec, ...rest } = structuredClone(object) as Record<
    string,
    Record<string, unknown>
  >;
  const { managedFields: _owners, labels, annotations, ...others } = metadata ?? {};
  const { http, tcp, tls, ...otherSpec } = (spec ?? {}) as Record<string, unknown>;
  const target = `${others['namespace'] ?? namespace ?? ''}/${others['name']}`;
  const isOurs = (route: HTTPRoute | null) =>
    isInjectedRouteName(route?.name) || isMergedRouteName(route?.name, target);
  return {
    ...rest,
    others,
    labels: unmarked(labels),
    annotations: unmarked(annotations),
    otherSpec,
    http: usersOwn(http, isOurs),
    tcp: usersOwn(tcp, isMarked),
    tls: usersOwn(tls, isMarked),
  };
}

/** A list that had only our routes may go with the last of them. */
function usersOwn<Route>(list: unknown, isOurs: (route: Route) => boolean): unknown {
  if (!Array.isArray(list)) return list ?? undefined;
  const own = list.filter((route) => !isOurs(route as Route));
  return own.length === 0 ? undefined : own;
}

/** A merged route of `tcp` or `tls` has an empty member in its match. */
function isMarked(route: unknown): boolean {
  const match = isMap(route) ? route['match'] : undefined;
  return (
    Array.isArray(match) &&
    match.some((entry) => isMap(entry) && Object.values(entry).some(isEmpty))
  );
}

function isEmpty(value: unknown): boolean {
  return (
    value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}

function unmarked(map: unknown): unknown {
  const entries = Object.entries((map ?? {}) as Record<string, unknown>);
  const marks = [
    'riskified.com/route-injections',
    'riskified.com/dynamic-environment',
    'riskified.com/target',
  ];
  return Object.fromEntries(
    entries.filter(([key]) => !marks.includes(key) && !key.startsWith('env.riskified.com/')),
  );
}
