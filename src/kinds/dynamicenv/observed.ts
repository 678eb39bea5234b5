import {
  DEPLOYMENT_ANNOTATION,
  DRAINING_ANNOTATION,
  HOST_ANNOTATION,
  LAST_APPLIED_ANNOTATION,
  REPAIR_ANNOTATION,
} from '../../api/marks.ts';
import type { RouteInjection } from '../../api/routeinjection.ts';
import type { Subscriber } from '../../api/subscriber.ts';
import { readable, type Unreadable } from '../../api/unreadable.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import type { DestinationRule } from '../../istio/types.ts';
import { byText } from '../../k8s/canonical.ts';
import { memoizedForLast } from '../../k8s/memoize.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Deployment } from '../../k8s/workload.ts';

/** The env's observed children, each list sorted by namespace and name. */
export interface Observed {
  deployments: Deployment[];
  rules: DestinationRule[];
  injections: RouteInjection[];
  /** Absent: none. */
  subscribers?: readonly Subscriber[];
  /**
   * Children of other kinds, and RouteInjections and Subscribers of another shape: another version of this system must have made them. They are in
   * none of the lists above, and stay as they are.
   */
  unrecognized?: readonly KubeObject[];
  /** What is wrong with the Deployments, RouteInjections and Subscribers that cannot be read. */
  unreadable?: readonly Unreadable[];
}

/**
 * The children that were sent. A DestinationRule counts as read whatever its spec: its marks identify it, and a wrong spec is
 * replaced. Deployments and RouteInjections need a readable spec: it tells whether a clone must be recreated, and which routes are
 * asked for.
 */
export function observe(children: ObjectMap): Observed {
  return seen(children);
}

/** Read three times a sync: for the limits of the spec, for the decision, and for the log. */
const seen = memoizedForLast(observed);

function observed(children: ObjectMap): Observed {
  const {
    'Deployment.apps/v1': deployments,
    'DestinationRule.networking.istio.io/v1': rules,
    'RouteInjection.riskified.com/v1alpha1': injections,
    [SUBSCRIBERS]: subscribers,
    ...others
  } = children;
  const made = sorted<Deployment>(deployments);
  const asking = sorted<RouteInjection>(injections);
  const known = readable('RouteInjection', asking);
  const joined = sorted<Subscriber>(subscribers);
  const understood = readable('Subscriber', joined);
  const unreadable = [
    ...readable('Deployment', made).unreadable,
    ...known.unreadable,
    ...understood.unreadable,
  ];
  const read = new Set<KubeObject>([...known.objects, ...understood.objects]);
  const unrecognized = [
    ...[...asking, ...joined].filter((child) => !read.has(child)),
    ...Object.values(others).flatMap(sorted<KubeObject>),
  ];
  return {
    deployments: made,
    rules: sorted<DestinationRule>(rules),
    injections: [...known.objects],
    ...(understood.objects.length === 0 ? {} : { subscribers: understood.objects }),
    ...(unrecognized.length === 0 ? {} : { unrecognized }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
}

/** Key of the Subscribers among the children and among the related objects. */
export const SUBSCRIBERS = 'Subscriber.riskified.com/v1alpha1';

function sorted<T extends KubeObject>(map: Record<string, KubeObject> | undefined): T[] {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => byText(a, b))
    .map(([, object]) => object as T);
}

export function allChildren(observed: Observed): KubeObject[] {
  const { deployments, rules, injections, subscribers = [], unrecognized = [] } = observed;
  return [...deployments, ...rules, ...injections, ...subscribers, ...unrecognized];
}

export function sameObject(a: KubeObject, b: KubeObject): boolean {
  return (
    a.kind === b.kind &&
    a.metadata.name === b.metadata.name &&
    (a.metadata.namespace ?? '') === (b.metadata.namespace ?? '')
  );
}

/** `Kind namespace/name` */
export function childKey({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

export function isBeingDeleted({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** `<namespace>/<name>` of the base of a cloned Deployment or DestinationRule; undefined if somebody removed the mark. */
export function baseKeyOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[DEPLOYMENT_ANNOTATION];
}

export function hostOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[HOST_ANNOTATION];
}

export function injectionBaseKey({ spec }: RouteInjection): string {
  return `${spec.deployment.namespace}/${spec.deployment.name}`;
}

/**
 * A child as it is, to be answered again. In dynamic-apply mode: what Metacontroller applied last. In server-side-apply mode:
 * everything but what others own, since a field that is no longer sent is removed.
 */
export function keep<T extends KubeObject>(child: T): T {
  const applied = lastApplied<T>(child);
  if (applied !== undefined) return withoutDraining(applied);
  const { apiVersion, kind, metadata, spec } = child as T & { spec: unknown };
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([key]) => !key.startsWith('deployment.kubernetes.io/') && !NOT_KEPT.includes(key),
    ),
  );
  const { name, namespace, labels } = metadata;
  return withoutDraining({
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      annotations,
    },
    spec,
  } as unknown as T);
}

const NOT_KEPT = [LAST_APPLIED_ANNOTATION, REPAIR_ANNOTATION];

/** Undefined: there is none, or somebody edited it and it is not this child's any more. */
function lastApplied<T extends KubeObject>(child: T): T | undefined {
  const text = child.metadata.annotations?.[LAST_APPLIED_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const applied = JSON.parse(text) as T & { spec?: unknown };
    const isOfChild =
      applied?.kind === child.kind &&
      applied.apiVersion === child.apiVersion &&
      applied.metadata?.name === child.metadata.name &&
      applied.spec !== undefined;
    return isOfChild ? applied : undefined;
  } catch {
    return undefined;
  }
}

function withoutDraining<T extends KubeObject>(child: T): T {
  const { [DRAINING_ANNOTATION]: _since, ...annotations } = child.metadata.annotations ?? {};
  return { ...child, metadata: { ...child.metadata, annotations } };
}

export function withAnnotation<T extends KubeObject>(child: T, key: string, value: string): T {
  const annotations = { ...child.metadata.annotations, [key]: value };
  return { ...child, metadata: { ...child.metadata, annotations } };
}
