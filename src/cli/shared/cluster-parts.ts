import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { SPEC_ANNOTATION } from '../../api/marks.ts';
import { injectedRouteName, isInjectedRouteName } from '../../api/route-name.ts';
import { delegatingRoutes } from '../../istio/delegates.ts';
import { fqdn } from '../../istio/host.ts';
import { concernedHosts } from '../../istio/route-kinds.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { KubeObject, ObjectMeta } from '../../k8s/object.ts';
import { type Deployment, isAvailable } from '../../k8s/workload.ts';
import { cloneName } from '../../kinds/dynamicenv/plan/names.ts';
import { envWorkloads } from '../../kinds/dynamicenv/plan/workloads.ts';
import { isMarkAnnotation, isMarkLabel } from '../../virtualservice/routes/marks.ts';
import { cloneOf } from '../../virtualservice/routes/sends-to-clone.ts';
import { stripRoutes } from '../../virtualservice/routes/strip.ts';

/**
 * Other people's objects as they would be without any env: no children of envs, no marks and routes on
 * VirtualServices. What is being deleted counts as gone. VirtualServices that send to none of the namespaces are left
 * out, for no env there hears of them, but for those that delegate to one that is kept; `all` keeps every one.
 */
export function withoutEnvs(
  objects: readonly KubeObject[],
  namespaces: readonly string[] | 'all',
  clusterDomain: string,
): KubeObject[] {
  const list = namespaces === 'all' ? [] : namespaces;
  const ends = list.map((namespace) => `.${namespace}.svc.${clusterDomain}`);
  const sends = (virtualService: VirtualService) =>
    concernedHosts(virtualService, clusterDomain).some((host) =>
      ends.some((end) => host.endsWith(end)),
    );
  const delegates = objects
    .filter(isVirtualService)
    .filter((one) => !one.spec?.hosts?.length && sends(one));
  const concerns = (object: KubeObject) =>
    namespaces === 'all' ||
    !isVirtualService(object) ||
    sends(object) ||
    delegates.some((one) => delegatingRoutes(object, one, clusterDomain).length > 0);
  return objects
    .filter((object) => !isGoing(object) && !isChild(object) && concerns(object))
    .map((object) => (isVirtualService(object) ? unmarked(object) : object))
    .map((object) => ({ ...object, metadata: unowned(object.metadata) }));
}

function isVirtualService(object: KubeObject): object is VirtualService {
  return object.kind === 'VirtualService';
}

export function isGoing({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Orphans (`--cascade=orphan`) are nobody's children: they stay, and stand in the way as they do in the cluster. */
function isChild({ metadata }: KubeObject): boolean {
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
    spec: spec.http === undefined ? spec : { ...spec, http: stripRoutes(spec.http) },
  };
}

function omit(
  map: Record<string, string> | undefined,
  isLeft: (key: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !isLeft(key)));
}

/** Without the bookkeeping of a cluster, whose owners and controllers are not here. */
function unowned(metadata: ObjectMeta): ObjectMeta {
  const { ownerReferences: _owners, managedFields: _fields, finalizers: _held, ...rest } = metadata;
  return rest;
}

/** An env as it was written: the status and the finalizer come anew. */
export function asWritten({ status: _status, metadata, ...env }: DynamicEnv): DynamicEnv {
  return { ...env, metadata: unowned(metadata) };
}

/** The part of an env that lies in these namespaces; undefined: it has none there. */
export function withinNamespaces(
  env: DynamicEnv,
  namespaces: readonly string[],
): DynamicEnv | undefined {
  const isThere = ({ namespace }: { namespace: string }) => namespaces.includes(namespace);
  const { istioMatches, subsets = [], consumers = [] } = env.spec;
  const near = { subsets: subsets.filter(isThere), consumers: consumers.filter(isThere) };
  if (near.subsets.length + near.consumers.length === 0) return undefined;
  const lists = Object.entries(near).filter(([, list]) => list.length > 0);
  return { ...env, spec: { istioMatches, ...Object.fromEntries(lists) } };
}

/** A clone that has no available pods in the cluster. */
export interface DownClone {
  namespace: string;
  name: string;
  /** Of the spec it has there. */
  specHash: string | undefined;
  /** Its routes are in place: they came when it was available, and stay. */
  isRouted: boolean;
}

/** The envs' clones that are in the cluster without available pods. */
export function downClones(
  envs: readonly DynamicEnv[],
  objects: readonly KubeObject[],
  clusterDomain: string,
): DownClone[] {
  const routes = routesSeen(objects, clusterDomain);
  const hostsOf = (namespace: string) =>
    objects
      .filter(({ kind, metadata }) => kind === 'Service' && metadata.namespace === namespace)
      .map(({ metadata }) => fqdn(metadata.name, namespace, clusterDomain));
  return envs.flatMap((env) =>
    envWorkloads(env).flatMap(({ workload }) => {
      const { namespace, name: base } = workload;
      const name = cloneName(base, env.metadata.name);
      const clone = findDeployment(objects, namespace, name);
      if (clone === undefined || !isChild(clone) || isAvailable(clone)) return [];
      const isRouted = hostsOf(namespace).some(
        (host) =>
          routes.has(injectedRouteName(env.metadata.name, { namespace, name: base }, host)) ||
          routes.has(`${name} ${host}`),
      );
      const specHash = clone.metadata.annotations?.[SPEC_ANNOTATION];
      return [{ namespace, name, specHash, isRouted }];
    }),
  );
}

/** The names of our routes, and clone and host of all that they lead to: one leads to several clones of its env, perhaps. */
function routesSeen(objects: readonly KubeObject[], clusterDomain: string): Set<unknown> {
  const seen = objects.filter(isVirtualService).flatMap(({ metadata, spec }) =>
    (spec.http ?? [])
      .filter(({ name }) => isInjectedRouteName(name))
      .flatMap(({ name, route = [] }) => [
        name,
        ...route.map((target) => {
          const host = fqdn(target.destination.host, metadata.namespace ?? '', clusterDomain);
          return `${cloneOf(target)} ${host}`;
        }),
      ]),
  );
  return new Set(seen);
}

/** Bases that have no available pods although they are to have some. */
export function downBases(envs: readonly DynamicEnv[], objects: readonly KubeObject[]): string[] {
  const bases = envs.flatMap(envWorkloads).flatMap(({ workload: { namespace, name } }) => {
    const base = findDeployment(objects, namespace, name);
    const isDown = base !== undefined && base.spec.replicas !== 0 && !isAvailable(base);
    return isDown ? [`${namespace}/${name}`] : [];
  });
  return [...new Set(bases)];
}

function findDeployment(
  objects: readonly KubeObject[],
  namespace: string,
  name: string,
): Deployment | undefined {
  return objects.find(
    ({ kind, metadata }) =>
      kind === 'Deployment' && metadata.namespace === namespace && metadata.name === name,
  ) as Deployment | undefined;
}
