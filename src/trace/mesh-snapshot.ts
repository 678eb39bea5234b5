import type { DynamicEnv } from '../api/dynamicenv.ts';
import { PLAN_ANNOTATION } from '../api/marks.ts';
import type { RouteInjection } from '../api/routeinjection.ts';
import { MERGE_KIND, type VirtualServiceMerge } from '../api/virtualservicemerge.ts';
import type { Mesh } from '../istio/evaluate.ts';
import { fqdn } from '../istio/host.ts';
import { namespaceOf } from '../istio/objects.ts';
import type { MeshService } from '../istio/subset-lookup.ts';
import type { DestinationRule, VirtualService } from '../istio/types.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { Service } from '../k8s/workload.ts';
import type { RefFlags } from '../refs/settings.ts';
import { planned } from '../virtualservice/injections/planned.ts';
import { routeNameOf } from '../virtualservice/injections/precedence.ts';
import {
  type Plan,
  type PlannedInjection,
  parsePlan,
} from '../virtualservice/routes/plan-codec.ts';
import { withoutEnvRoutes } from '../virtualservice/routes/strip.ts';
import { isEnvObject } from './env-object.ts';
import { type NamespaceVersions, versionsByNamespace } from './namespace-versions.ts';
import { type Workload, workloadOf } from './workloads.ts';

/** The objects of a cluster in the form that a trace needs. */
export interface MeshSnapshot {
  mesh: Mesh;
  /** How requests carry refs. */
  refs: Partial<RefFlags>;
  workloads: readonly Workload[];
  envs: readonly DynamicEnv[];
  /** Those of both API groups. */
  merges: readonly VirtualServiceMerge[];
  /** What VirtualEnvironments tell apart, by namespace. */
  versions: ReadonlyMap<string, NamespaceVersions>;
  /** The routes that envs want. */
  claims: readonly EnvClaim[];
  /** Plans by `namespace/name` of their VirtualService. */
  plans: ReadonlyMap<string, Plan>;
  objects: readonly KubeObject[];
}

/** The routes that one env wants for one host: from its RouteInjection, or from a plan if that could not be read. */
export interface EnvClaim {
  env: string;
  deployment: { namespace: string; name: string };
  host: string;
  isActive: boolean;
  /** Absent for a consumer. */
  injection?: PlannedInjection;
}

export function meshSnapshot(
  objects: readonly KubeObject[],
  clusterDomain: string,
  refs: Partial<RefFlags> = {},
): MeshSnapshot {
  const of = <T extends KubeObject>(kind: string, group = '') =>
    objects.filter((one) => one.kind === kind && one.apiVersion.startsWith(group)) as T[];
  const virtualServices = of<VirtualService>('VirtualService');
  const plans = new Map(
    virtualServices.flatMap((vs) => {
      const plan = parsePlan(vs.metadata.annotations?.[PLAN_ANNOTATION]);
      return plan ? [[`${namespaceOf(vs)}/${vs.metadata.name}`, plan] as const] : [];
    }),
  );
  return {
    mesh: {
      clusterDomain,
      virtualServices,
      destinationRules: of<DestinationRule>('DestinationRule'),
      services: of<ServiceObject>('Service', 'v1').map((one) => serviceHost(one, clusterDomain)),
    },
    refs,
    workloads: objects.flatMap((object) => workloadOf(object) ?? []),
    envs: of<DynamicEnv>('DynamicEnv'),
    merges: of<VirtualServiceMerge>(MERGE_KIND),
    versions: versionsByNamespace(objects),
    claims: claimsOf(of<RouteInjection>('RouteInjection'), [...plans.values()]),
    plans,
    objects,
  };
}

interface ServiceObject extends Service {
  spec?: Service['spec'] & { ports?: { port: number }[]; externalName?: string };
}

/** A Service without a selector gets none here: its pods are not known. */
function serviceHost({ metadata, spec }: ServiceObject, clusterDomain: string): MeshService {
  const namespace = metadata.namespace ?? 'default';
  const { selector, type, ports: all, externalName } = spec ?? {};
  const aliasFor = type === 'ExternalName' ? externalName : undefined;
  // An ExternalName Service needs no ports; a sidecar then knows it on none.
  const ports = all ?? (aliasFor ? [] : undefined);
  const isKnown = type !== 'ExternalName' && Object.keys(selector ?? {}).length > 0;
  return {
    host: fqdn(metadata.name, namespace, clusterDomain),
    namespace,
    ...(selector && isKnown ? { selector } : {}),
    ...(ports ? { ports: ports.map(({ port }) => port) } : {}),
    ...(aliasFor ? { aliasFor } : {}),
  };
}

function claimsOf(injections: readonly RouteInjection[], plans: readonly Plan[]): EnvClaim[] {
  const own = injections.map((object): EnvClaim => {
    const { env, deployment, host, active } = object.spec;
    const injection = planned(object);
    return { env, deployment, host, isActive: active, ...(injection ? { injection } : {}) };
  });
  const known = new Set(own.map(({ injection }) => injection && routeNameOf(injection)));
  const unseen = new Map(
    plans
      .flatMap(({ injections: list }) => list)
      .filter((injection) => !known.has(routeNameOf(injection)))
      .map((injection) => [routeNameOf(injection), injection]),
  );
  const more = [...unseen.values()].map((injection): EnvClaim => {
    const { env, deployment, host } = injection;
    return { env, deployment, host, isActive: true, injection };
  });
  return [...own, ...more];
}

/** The same snapshot as if there were no env: without their routes, clones and subsets. */
export function withoutEnvs(snapshot: MeshSnapshot): MeshSnapshot {
  const { mesh } = snapshot;
  return {
    ...snapshot,
    mesh: {
      ...mesh,
      virtualServices: mesh.virtualServices.map((vs) =>
        vs.spec.http ? { ...vs, spec: { ...vs.spec, http: withoutEnvRoutes(vs.spec.http) } } : vs,
      ),
      destinationRules: mesh.destinationRules.filter((rule) => !isEnvObject(rule)),
    },
    workloads: snapshot.workloads.filter(({ env }) => env === undefined),
    envs: [],
    claims: [],
    plans: new Map(),
  };
}
