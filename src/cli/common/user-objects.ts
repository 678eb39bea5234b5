import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Environment } from '../../api/environment.ts';
import type { VirtualEnvironment } from '../../api/virtualenvironment.ts';
import type { VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import { delegatingRoutes } from '../../istio/delegates.ts';
import { nameOf } from '../../istio/objects.ts';
import { affectedHosts } from '../../istio/route-kinds.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { KubeObject, ObjectMeta } from '../../k8s/object.ts';
import { isEntryHere } from '../../virtualservice/routes/entrance.ts';
import { withLists } from '../../virtualservice/routes/lists.ts';
import { isMarkAnnotation, isMarkLabel } from '../../virtualservice/routes/marks.ts';
import { scopeOf } from '../../virtualservice/routes/scope.ts';
import { ownLists } from '../../virtualservice/routes/strip.ts';

/**
 * The users' objects as if there were no env: without children of envs, and without our marks and routes on VirtualServices.
 * Objects that are being deleted are left out. So are VirtualServices without a route to one of the namespaces, because no env
 * there sees them; roots that delegate to one that is kept are kept, those with one of the entries' hosts at a gateway, and `targets`
 * (`namespace/name`). With `all` every VirtualService is kept.
 */
export function withoutEnvs(
  objects: readonly KubeObject[],
  namespaces: readonly string[] | 'all',
  clusterDomain: string,
  entries: readonly string[] = [],
  targets: readonly string[] = [],
): KubeObject[] {
  const list = namespaces === 'all' ? [] : namespaces;
  const suffixes = list.map((namespace) => `.${namespace}.svc.${clusterDomain}`);
  const sends = (virtualService: VirtualService) =>
    affectedHosts(virtualService, clusterDomain).some((host) =>
      suffixes.some((suffix) => host.endsWith(suffix)),
    );
  const delegates = objects
    .filter(isVirtualService)
    .filter((one) => !one.spec?.hosts?.length && sends(one));
  const concerns = (object: KubeObject) =>
    namespaces === 'all' ||
    !isVirtualService(object) ||
    sends(object) ||
    targets.includes(nameOf(object)) ||
    entries.some((host) => isEntryHere({ host }, scopeOf(object, { clusterDomain }))) ||
    delegates.some((one) => delegatingRoutes(object, one, clusterDomain).length > 0);
  return objects
    .filter((object) => !isBeingDeleted(object) && !isEnvChild(object) && concerns(object))
    .map((object) => (isVirtualService(object) ? unmarked(object) : object))
    .map((object) => ({ ...object, metadata: unowned(object.metadata) }));
}

export function isVirtualService(object: KubeObject): object is VirtualService {
  return object.kind === 'VirtualService';
}

export function isBeingDeleted({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** An orphan (`--cascade=orphan`) is no child: it is kept, and blocks a clone of its name as it does in the cluster. */
export function isEnvChild({ metadata }: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ kind, apiVersion, controller }) =>
      controller === true && kind === 'DynamicEnv' && apiVersion.startsWith('riskified.com/'),
  );
}

function unmarked(virtualService: VirtualService): VirtualService {
  const { metadata, spec } = virtualService;
  return {
    ...virtualService,
    metadata: {
      ...metadata,
      annotations: omit(metadata.annotations, isMarkAnnotation),
      labels: omit(metadata.labels, isMarkLabel),
    },
    spec: spec === undefined ? spec : withLists(virtualService, ownLists(virtualService)).spec,
  };
}

function omit(
  map: Record<string, string> | undefined,
  isLeft: (key: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !isLeft(key)));
}

/** Without owners, field managers and finalizers: their controllers do not run here. */
function unowned(metadata: ObjectMeta): ObjectMeta {
  const { ownerReferences: _owners, managedFields: _fields, finalizers: _held, ...rest } = metadata;
  return rest;
}

/** An env, Environment, merge or VirtualEnvironment as its author wrote it: without status and finalizers, which are added again in memory. */
export function asWritten<
  T extends DynamicEnv | Environment | VirtualServiceMerge | VirtualEnvironment,
>(object: T): T {
  const { status: _status, metadata, ...rest } = object;
  return { ...rest, metadata: unowned(metadata) } as T;
}

/** The part of an env that lies in these namespaces; undefined: it has none there. */
export function withinNamespaces(
  env: DynamicEnv,
  namespaces: readonly string[],
): DynamicEnv | undefined {
  const isThere = ({ namespace }: { namespace: string }) => namespaces.includes(namespace);
  const { subsets = [], consumers = [], scope = [], ...rest } = env.spec;
  const near = {
    subsets: subsets.filter(isThere),
    consumers: consumers.filter(isThere),
    scope: scope.filter(isThere),
  };
  if (near.subsets.length + near.consumers.length + near.scope.length === 0) return undefined;
  const lists = Object.entries(near).filter(([, list]) => list.length > 0);
  return { ...env, spec: { ...rest, ...Object.fromEntries(lists) } };
}
