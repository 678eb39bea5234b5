import { canonicalJson } from '../../../src/k8s/canonical.ts';
import { isMap, type LocalObject } from '../../../src/simulator/object.ts';
import { differences } from './difference.ts';
import { glob, named } from './names.ts';
import { destinationsOf, type RequestSpec } from './request.ts';

interface Condition {
  type: string;
  status: string;
}

/** Either `ready alice bob`, `merged routes-a routes-b`, or a map from object names to what is expected of each object. */
export type Expectations = string | Record<string, unknown>;

export function unmet(expected: Expectations, objects: readonly LocalObject[]): string[] {
  if (typeof expected !== 'string') {
    return Object.entries(expected).flatMap(([name, value]) => objectDiffers(name, value, objects));
  }
  const [word, ...names] = expected.split(' ');
  if (word === 'ready' && names.length > 0) return names.flatMap((env) => notReady(env, objects));
  if (word === 'merged' && names.length > 0) {
    return names.flatMap((merge) => notMerged(merge, objects));
  }
  throw new Error(`expected "ready <env>", "merged <merge>" or a map, not "${expected}"`);
}

/** True Ready for the current generation, as `kubectl wait --for=condition=Ready` checks it. Returns the problems. */
function notReady(env: string, objects: readonly LocalObject[]): string[] {
  const [object] = named(objects, `DynamicEnv ${env}`);
  if (object === undefined) return [`DynamicEnv ${env}: not found`];
  const { generation } = object.metadata;
  const conditions = { Ready: { status: 'True' } };
  const wanted = { observedGeneration: generation, state: 'ready', conditions };
  return differences(wanted, readable(object)['status'], `DynamicEnv ${env}: status`);
}

/** The target has all routes of the merge, as its spec is now. Returns the problems. */
function notMerged(merge: string, objects: readonly LocalObject[]): string[] {
  const name = `VirtualServiceMerge ${merge}`;
  const [object] = named(objects, name);
  if (object === undefined) return [`${name}: not found`];
  const { generation } = object.metadata;
  const isTrue = { status: 'True', observedGeneration: generation };
  const conditions = { Accepted: isTrue, TargetFound: isTrue, Merged: isTrue };
  const wanted = { observedGeneration: generation, conditions };
  return differences(wanted, readable(object)['status'], `${name}: status`);
}

function objectDiffers(name: string, wanted: unknown, objects: readonly LocalObject[]): string[] {
  const found = named(objects, name);
  const names = found.map(({ metadata }) => metadata.name).join(', ') || 'none';
  if (wanted === 'absent')
    return found.length === 0 ? [] : [`${name}: expected none, found ${names}`];
  if (typeof wanted === 'number') {
    return found.length === wanted ? [] : [`${name}: expected ${wanted}, found ${names}`];
  }
  const [object] = found;
  if (object === undefined) return [`${name}: not found`];
  if (wanted === 'present') return [];
  if (found.length > 1) return [`${name}: expected one, found ${names}`];
  if (!isMap(wanted)) throw new Error(`${name}: expected present, absent, a number or a map`);
  const { routes, tcp, tls, ...fields } = wanted;
  return [
    ...differences(fullConditions(fields), readable(object), '').map((text) => `${name}: ${text}`),
    ...(routes === undefined ? [] : routesDiffer(routes, object, name)),
    ...Object.entries({ tcp, tls }).flatMap(([list, hosts]) =>
      hosts === undefined ? [] : hostsDiffer(hosts, object, list, name),
    ),
  ];
}

/** Expands `Ready: true`, which is short for `Ready: {status: "True"}`. */
function fullConditions(wanted: Record<string, unknown>): Record<string, unknown> {
  const { status } = wanted;
  if (!isMap(status) || !isMap(status['conditions'])) return wanted;
  const conditions = Object.entries(status['conditions']).map(([type, value]) => {
    const word = value === true ? 'True' : 'False';
    return [type, typeof value === 'boolean' ? { status: word } : value];
  });
  return { ...wanted, status: { ...status, conditions: Object.fromEntries(conditions) } };
}

/** The object with its conditions as a map by type, so that expectations can name them. */
function readable(object: LocalObject): Record<string, unknown> {
  const list = object.status?.['conditions'];
  if (!Array.isArray(list)) return object;
  const conditions = Object.fromEntries(
    (list as Condition[]).map((condition) => [condition.type, condition]),
  );
  return { ...object, status: { ...object.status, conditions } };
}

/**
 * Compares the names of routes, in order. `@alice/backend` is a route of env alice for Deployment backend; `+routes-a/0` is the first
 * route of the merge routes-a in the VirtualService's namespace, `+other/routes-a/0` of one in namespace other; `-` is a route without
 * a name.
 */
function routesDiffer(wanted: unknown, { spec, metadata }: LocalObject, name: string): string[] {
  const routes = (spec?.['http'] ?? []) as { name?: string }[];
  const found = routes.map((route) => route.name ?? '-');
  const patterns = (wanted as string[]).map((text) => routePattern(text, metadata.namespace ?? ''));
  const isSame =
    patterns.length === found.length &&
    patterns.every((pattern, index) => pattern.test(found[index] ?? ''));
  return isSame
    ? []
    : [`${name}: routes: expected ${(wanted as string[]).join(', ')}; found ${found.join(', ')}`];
}

interface StreamRoute {
  match?: Record<string, unknown>[];
  route?: { destination: { host: string } }[];
}

/**
 * Compares the destination hosts of routes of `tcp` or `tls`, in order. `+` before them: the route has the mark of merged routes, an
 * empty member in a match.
 */
function hostsDiffer(wanted: unknown, { spec }: LocalObject, list: string, name: string): string[] {
  const found = ((spec?.[list] ?? []) as StreamRoute[]).map(({ match = [], route = [] }) => {
    const isMarked = match.flatMap((one) => Object.values(one)).some(isEmptyValue);
    const hosts = route.map(({ destination }) => destination.host);
    return `${isMarked ? '+' : ''}${hosts.join('&')}`;
  });
  return differences(wanted, found, `${name}: ${list}`);
}

function isEmptyValue(value: unknown): boolean {
  return ['', '{}', '[]'].includes(typeof value === 'string' ? value : canonicalJson(value));
}

function routePattern(text: string, namespace: string): RegExp {
  const [, of = namespace, merge, route] = /^\+(?:([^/]+)\/)?([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (merge !== undefined) {
    return new RegExp(`^virtual-service-merge-${of}_${merge}_${route}-[0-9a-f]{10}$`);
  }
  const [, env, deployment] = /^@(.+)\/(.+)$/.exec(text) ?? [];
  if (env === undefined) return glob(text);
  return new RegExp(`^dynamic-environment-${env}-${deployment}-[0-9a-f]{10}$`);
}

/** `goesTo` is one destination, a list of which one is right, or a map with the share of each destination. */
export function goesElsewhere(
  request: RequestSpec,
  goesTo: unknown,
  objects: readonly LocalObject[],
): string[] {
  const found = destinationsOf(request, objects);
  const alternatives = [goesTo].flat().map((one) => (isMap(one) ? one : { [String(one)]: 1 }));
  if (alternatives.some((wanted) => canonicalJson(found) === canonicalJson(wanted))) return [];
  const what = `request to ${request.host} with ${JSON.stringify(request.headers ?? {})}`;
  return [
    `${what}: expected to go to ${alternatives.map(show).join(' or ')}, goes to ${show(found)}`,
  ];
}

function show(shares: Record<string, unknown>): string {
  return Object.entries(shares)
    .map(([target, share]) => (share === 1 ? target : `${target} (${share})`))
    .join(', ');
}
