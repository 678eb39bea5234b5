import { consumersOf } from '../api/consumer-status.ts';
import type {
  Condition,
  DynamicEnv,
  ResourceStatus,
  State,
  WorkloadStatus,
} from '../api/dynamicenv.ts';
import { envId } from '../api/env-id.ts';
import { isInjectedRouteName } from '../api/route-name.ts';
import type { HTTPRoute, VirtualService } from '../istio/types.ts';
import { isGoing } from './cluster-parts.ts';
import { adviceFor } from './get-advice.ts';

/** One of the env's routes in a VirtualService. */
export interface RouteReport {
  /** The user's route that it comes before: its name, or its place among the user's, from 1. */
  before: string;
  /** As the VirtualService names it. */
  host: string;
  subset: string;
}

export interface VirtualServiceReport extends ResourceStatus {
  routes: RouteReport[];
}

export interface WorkloadReport {
  kind: 'subset' | 'consumer';
  /** `<namespace>/<deployment>` of the base. */
  base: string;
  deployment: ResourceStatus;
  destinationRules: ResourceStatus[];
  virtualServices: VirtualServiceReport[];
}

/** How an env stands, for people (`get-tree.ts`) and programs (`-o json`) alike. */
export interface EnvReport {
  name: string;
  ready: boolean;
  state: State | 'unknown';
  /** Name of the subset in DestinationRules, and value of the version label. */
  subset: string;
  match?: string;
  workloads: WorkloadReport[];
  conditions: Condition[];
  /** What is missing, and what to do. */
  advice: string[];
}

/** `notes`: what could not be seen. */
export function reportOf(
  env: DynamicEnv,
  virtualServices: readonly VirtualService[],
  notes: readonly string[],
): EnvReport {
  const { metadata, status } = env;
  const subset = envId(metadata.name);
  const of = (kind: WorkloadReport['kind'], workloads: Record<string, WorkloadStatus> = {}) =>
    Object.entries(workloads).map(
      ([base, workload]): WorkloadReport => ({
        kind,
        base,
        deployment: workload.deployment,
        destinationRules: workload.destinationRules ?? [],
        virtualServices: (workload.virtualServices ?? []).map((one) => ({
          ...one,
          routes: routesIn(virtualServices, one, base, metadata.name),
        })),
      }),
    );
  return {
    name: metadata.name,
    ready: isReady(env),
    state: status?.state ?? 'unknown',
    subset,
    ...(status?.match === undefined ? {} : { match: status.match }),
    workloads: [...of('subset', status?.subsetsStatus), ...of('consumer', consumersOf(status))],
    conditions: status?.conditions ?? [],
    advice: [...adviceFor(env), ...notes],
  };
}

/** As `kubectl wait --for=condition=Ready`, for the spec as it is now. */
function isReady(env: DynamicEnv): boolean {
  const { metadata, status } = env;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return (
    !isGoing(env) &&
    ready?.status === 'True' &&
    (ready.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

/** The env's routes for one base in one VirtualService, in their order. */
function routesIn(
  virtualServices: readonly VirtualService[],
  { namespace, name }: ResourceStatus,
  base: string,
  env: string,
): RouteReport[] {
  const found = virtualServices.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
  );
  const http = found?.spec.http ?? [];
  const own = http.filter((route) => !isInjectedRouteName(route.name));
  return http.flatMap((route, index) => {
    const destination = route.route?.[0]?.destination;
    if (destination?.subset !== envId(env) || !isFor(route, base, env, namespace)) return [];
    const next = http.slice(index).find((later) => own.includes(later));
    const place = next === undefined ? 'the end' : (next.name ?? String(own.indexOf(next) + 1));
    return [{ before: place, host: destination.host, subset: destination.subset }];
  });
}

/** By the route's name, and by the namespace of the host that it goes to. */
function isFor(route: HTTPRoute, base: string, env: string, namespace: string): boolean {
  const [baseNamespace = '', deployment = ''] = base.split('/');
  const { name = '' } = route;
  const start = `dynamic-environment-${env}-${deployment}-`;
  const host = route.route?.[0]?.destination.host ?? '';
  const [, hostNamespace = namespace] = host.split('.');
  return (
    isInjectedRouteName(name) &&
    name.startsWith(start) &&
    name.length === start.length + HASH_LENGTH &&
    hostNamespace === baseNamespace
  );
}

const HASH_LENGTH = 10;
