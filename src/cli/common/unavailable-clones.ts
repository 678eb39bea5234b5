import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { DEPLOYMENT_ANNOTATION, SPEC_ANNOTATION } from '../../api/marks.ts';
import { injectedRouteName, isInjectedRouteName } from '../../api/route-name.ts';
import { fqdn } from '../../istio/host.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { type Deployment, isAvailable } from '../../k8s/workload.ts';
import { cloneName } from '../../kinds/dynamicenv/plan/names.ts';
import { envWorkloads } from '../../kinds/dynamicenv/plan/workloads.ts';
import { cloneOf } from '../../virtualservice/routes/sends-to-clone.ts';
import { isEnvChild, isVirtualService } from './user-objects.ts';

/** A clone that has no available pods in the cluster. */
export interface UnavailableClone {
  namespace: string;
  name: string;
  /** The hash of its spec in the cluster. */
  specHash: string | undefined;
  /** It has routes: they were added when it was available, and stay. */
  isRouted: boolean;
}

/** The envs' clones that exist in the cluster without available pods. */
export function unavailableClones(
  envs: readonly DynamicEnv[],
  objects: readonly KubeObject[],
  clusterDomain: string,
): UnavailableClone[] {
  const routes = routesSeen(objects, clusterDomain);
  const hostsOf = (namespace: string) =>
    objects
      .filter(({ kind, metadata }) => kind === 'Service' && metadata.namespace === namespace)
      .map(({ metadata }) => fqdn(metadata.name, namespace, clusterDomain));
  return envs.flatMap((env) =>
    clonedBy(env, objects).flatMap(({ namespace, name: base }) => {
      const name = cloneName(base, env.metadata.name);
      const clone = findDeployment(objects, namespace, name);
      if (clone === undefined || !isEnvChild(clone) || isAvailable(clone)) return [];
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

/** The bases that the env names, and those of which its configuration has made clones. */
function clonedBy(
  env: DynamicEnv,
  objects: readonly KubeObject[],
): { namespace: string; name: string }[] {
  const named = envWorkloads(env).map(({ workload: { namespace, name } }) => ({ namespace, name }));
  const derived = objects
    .filter((object) => object.kind === 'Deployment' && isEnvChild(object))
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ name }) => name === env.metadata.name),
    )
    .flatMap(({ metadata }) => {
      const [namespace, name] = metadata.annotations?.[DEPLOYMENT_ANNOTATION]?.split('/') ?? [];
      return namespace === undefined || name === undefined ? [] : [{ namespace, name }];
    });
  const all = [...named, ...derived].map((one) => [`${one.namespace}/${one.name}`, one] as const);
  return [...new Map(all).values()];
}

/** The names of our routes, and `<clone> <host>` of each of their destinations: one route may lead to several clones of its env. */
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

/** Bases that have no available pods although their `replicas` is not 0. */
export function unavailableBases(
  envs: readonly DynamicEnv[],
  objects: readonly KubeObject[],
): string[] {
  const cloned = envs.flatMap(envWorkloads).filter(({ workload }) => !workload.existing);
  const bases = cloned.flatMap(({ workload: { namespace, name } }) => {
    const base = findDeployment(objects, namespace, name);
    const isDown = base !== undefined && base.spec.replicas !== 0 && !isAvailable(base);
    return isDown ? [`${namespace}/${name}`] : [];
  });
  return [...new Set(bases)];
}

/** Deployments that exist already, to which envs route, and that have no available pods although their `replicas` is not 0. */
export function unavailableExisting(
  envs: readonly DynamicEnv[],
  objects: readonly KubeObject[],
): string[] {
  const found = envs.flatMap(envWorkloads).flatMap(({ workload: { namespace, existing } }) => {
    const deployment = findDeployment(objects, namespace, existing?.deployment ?? '');
    const isDown =
      deployment !== undefined && deployment.spec.replicas !== 0 && !isAvailable(deployment);
    return isDown ? [`${namespace}/${deployment.metadata.name}`] : [];
  });
  return [...new Set(found)];
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
