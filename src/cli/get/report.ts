import { readConsumersStatus } from '../../api/consumer-status.ts';
import type {
  Condition,
  DynamicEnv,
  EventsStatus,
  ResourceStatus,
  State,
  WorkloadStatus,
} from '../../api/dynamicenv.ts';
import { envId } from '../../api/env-id.ts';
import { isInjectedRouteName, routeNameFilter } from '../../api/route-name.ts';
import type { HTTPRouteDestination, VirtualService } from '../../istio/types.ts';
import { cloneOf } from '../../virtualservice/routes/sends-to-clone.ts';
import { targetKind } from '../common/target-kind.ts';
import { isBeingDeleted } from '../common/user-objects.ts';
import { adviceFor } from './advice.ts';
import type { ConfigurationReport } from './env-configuration.ts';

/** One of the env's routes in a VirtualService. */
export interface RouteReport {
  /** The user's route before which it is inserted: its name, or its position among the user's routes, from 1. */
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
  /** What `deployment` is about, if it is a Service that exists already. */
  targetKind?: 'Service';
  destinationRules: ResourceStatus[];
  virtualServices: VirtualServiceReport[];
  /** Of its consumers; absent: it has no `events`. */
  events?: EventsStatus;
}

/** The state of an env, for people (`tree.ts`) and for programs (`-o json`). */
export interface EnvReport {
  name: string;
  ready: boolean;
  state: State | 'unknown';
  /** Value of the version label on the clones' pods. */
  version: string;
  match?: string;
  /** When it expires or has expired (RFC 3339). */
  expiresAt?: string;
  /** Whom to ask about it. */
  owner?: string;
  /** Addresses that lead people to the env. */
  links?: string[];
  workloads: WorkloadReport[];
  /** Absent: it has none. */
  configuration?: ConfigurationReport;
  conditions: Condition[];
  /** What is missing, and what to do. */
  advice: string[];
}

/** `notes`: what could not be read, and what is missing. */
export function reportOf(
  env: DynamicEnv,
  virtualServices: readonly VirtualService[],
  notes: readonly string[],
  configuration?: ConfigurationReport,
): EnvReport {
  const { metadata, status } = env;
  const of = (kind: WorkloadReport['kind'], workloads: Record<string, WorkloadStatus> = {}) =>
    Object.entries(workloads).map(
      ([base, workload]): WorkloadReport => ({
        kind,
        base,
        deployment: workload.deployment,
        ...(targetKind(env, base) === 'Service' ? { targetKind: 'Service' as const } : {}),
        destinationRules: workload.destinationRules ?? [],
        virtualServices: (workload.virtualServices ?? []).map((one) => ({
          ...one,
          routes: routesIn(virtualServices, one, {
            env: metadata.name,
            base,
            clone: workload.deployment.name,
          }),
        })),
        ...(workload.events === undefined ? {} : { events: workload.events }),
      }),
    );
  return {
    name: metadata.name,
    ready: isReady(env),
    state: status?.state ?? 'unknown',
    version: envId(metadata.name),
    ...(status?.match === undefined ? {} : { match: status.match }),
    ...(status?.expiresAt === undefined ? {} : { expiresAt: status.expiresAt }),
    ...(env.spec.owner === undefined ? {} : { owner: env.spec.owner }),
    ...(status?.links === undefined ? {} : { links: status.links }),
    workloads: [
      ...of('subset', status?.subsetsStatus),
      ...of('consumer', readConsumersStatus(status)),
    ],
    ...(configuration === undefined ? {} : { configuration }),
    conditions: status?.conditions ?? [],
    advice: [...adviceFor(env), ...notes],
  };
}

/** As `kubectl wait --for=condition=Ready`: for the present spec. */
function isReady(env: DynamicEnv): boolean {
  const { metadata, status } = env;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return (
    !isBeingDeleted(env) &&
    ready?.status === 'True' &&
    (ready.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

/** The env's routes for one base in one VirtualService, in their order. */
function routesIn(
  virtualServices: readonly VirtualService[],
  { namespace, name }: ResourceStatus,
  { env, base, clone }: { env: string; base: string; clone: string },
): RouteReport[] {
  const found = virtualServices.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
  );
  const http = found?.spec.http ?? [];
  const own = http.filter((route) => !isInjectedRouteName(route.name));
  const isOfEnv = routeNameFilter(env);
  return http.flatMap((route, index) => {
    if (!isOfEnv(route.name)) return [];
    const next = http.slice(index).find((later) => own.includes(later));
    const place = next === undefined ? 'the end' : (next.name ?? String(own.indexOf(next) + 1));
    return (route.route ?? [])
      .filter((target) => isFor(target, base, clone, namespace))
      .map(({ destination: { host, subset = '' } }) => ({ before: place, host, subset }));
  });
}

/** True if the target leads to this clone, and its host is in the namespace of the base. */
function isFor(
  target: HTTPRouteDestination,
  base: string,
  clone: string,
  namespace: string,
): boolean {
  const [baseNamespace] = base.split('/');
  const [, hostNamespace = namespace] = target.destination.host.split('.');
  return cloneOf(target) === clone && hostNamespace === baseNamespace;
}
