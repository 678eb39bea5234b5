import { readConsumersStatus } from '../api/consumer-status.ts';
import type { DynamicEnv } from '../api/dynamicenv.ts';
import type { MeshService } from '../istio/subset-lookup.ts';
import { matchesSelector } from '../k8s/selector.ts';
import { type EnvWorkload, envWorkloads } from '../kinds/dynamicenv/plan/workloads.ts';
import type { OtherEnv } from './env-types.ts';
import type { EnvClaim, MeshSnapshot } from './mesh-snapshot.ts';

/** Why an env does not request its routes: it is being deleted, or its pods are not ready. */
export function unreadyText({ env, deployment }: EnvClaim, snapshot: MeshSnapshot): string {
  const found = snapshot.envs.find(({ metadata }) => metadata.name === env);
  if (found === undefined) return 'its routes are not requested at present';
  if (found.metadata.deletionTimestamp !== undefined) return 'it is being deleted';
  const { status } = found;
  const workload = status?.subsetsStatus?.[`${deployment.namespace}/${deployment.name}`];
  const own = workload?.deployment;
  if (own && own.status !== 'running') {
    const more = own.message === undefined ? '' : `, ${own.message}`;
    return `its Deployment ${own.namespace}/${own.name} is ${own.status}${more}`;
  }
  return `its routes are not requested yet: ${stateText(found)}`;
}

/** Envs with a workload behind one of the hosts, but without a RouteInjection for it: not processed yet, or degraded. */
export function envsWithoutClaim(hosts: readonly string[], snapshot: MeshSnapshot): OtherEnv[] {
  const services = snapshot.mesh.services.filter(({ host }) => hosts.includes(host));
  return services.flatMap((service) =>
    snapshot.envs.flatMap((env) =>
      concernedBy(env)
        .filter(({ workload }) => isBehind(service, workload, snapshot))
        .filter(({ workload }) => !hasClaim(env, workload, service.host, snapshot))
        .map(({ kind, workload }): OtherEnv => {
          const deployment = `${workload.namespace}/${workload.name}`;
          const head = { env: env.metadata.name, deployment, host: service.host };
          const reason =
            blockedText(env, deployment) ??
            statusErrorOf(env, deployment, kind) ??
            unselected(service, env, deployment, snapshot) ??
            stateText(env);
          const why = `it has no routes for this host: ${reason}`;
          return { ...head, reason: 'no-injection', why };
        }),
    ),
  );
}

/** The workloads that the env names, and those in its scope that its configuration changes. */
function concernedBy(env: DynamicEnv): Pick<EnvWorkload, 'kind' | 'workload'>[] {
  const named = envWorkloads(env);
  const { unique = [], blocked = [] } = env.status?.configuration ?? {};
  const derived = [...unique, ...blocked.map(({ workload }) => workload.split(' ')[1] ?? '')];
  return [
    ...named,
    ...[...new Set(derived)]
      .filter((key) => !named.some((one) => one.key === key))
      .map((key) => {
        const [namespace = '', name = ''] = key.split('/');
        return { kind: 'subset' as const, workload: { namespace, name } };
      }),
  ];
}

/** Why the env's configuration does not reach a workload that it changes. */
function blockedText({ status }: DynamicEnv, deployment: string): string | undefined {
  const found = status?.configuration?.blocked?.find(({ workload }) =>
    workload.endsWith(` ${deployment}`),
  );
  return found && `its configuration changes this workload, which is not cloned: ${found.message}`;
}

function isBehind(
  { namespace, selector }: MeshService,
  workload: { namespace: string; name: string },
  { workloads }: MeshSnapshot,
): boolean {
  return workloads.some(
    (one) =>
      selector !== undefined &&
      one.namespace === namespace &&
      one.namespace === workload.namespace &&
      one.name === workload.name &&
      matchesSelector({ matchLabels: selector }, one.labels),
  );
}

function hasClaim(
  env: DynamicEnv,
  workload: { namespace: string; name: string },
  host: string,
  { claims }: MeshSnapshot,
): boolean {
  return claims.some(
    (claim) =>
      claim.env === env.metadata.name &&
      claim.host === host &&
      claim.deployment.namespace === workload.namespace &&
      claim.deployment.name === workload.name,
  );
}

/** A Service whose selector contains the base's version never selects the clone; another Service of the workload may. */
function unselected(
  { namespace, selector = {} }: MeshService,
  { status }: DynamicEnv,
  deployment: string,
  { workloads }: MeshSnapshot,
): string | undefined {
  const name = status?.subsetsStatus?.[deployment]?.deployment.name;
  const clone = workloads.find((one) => one.namespace === namespace && one.name === name);
  if (clone === undefined || matchesSelector({ matchLabels: selector }, clone.labels))
    return undefined;
  const asked = Object.entries(selector)
    .filter(([key, value]) => !matchesSelector({ matchLabels: { [key]: value } }, clone.labels))
    .map(([key, value]) => `${key}=${value}`);
  return `its Service selects pods with ${asked.join(', ')}, which the pods of its clone do not have: remove from the selector what differs between versions`;
}

function statusErrorOf(
  env: DynamicEnv,
  deployment: string,
  kind: 'subset' | 'consumer',
): string | undefined {
  const { status } = env;
  const workloads = kind === 'subset' ? status?.subsetsStatus : readConsumersStatus(status);
  const errors = workloads?.[deployment]?.subsetErrors;
  const [first] = Object.values(errors ?? {}).flat() as { error: string }[];
  return first?.error;
}

function stateText({ metadata, status }: DynamicEnv): string {
  if (status === undefined) return `DynamicEnv ${metadata.name} has no status yet`;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const message = ready && ready.status !== 'True' ? `, ${ready.message}` : '';
  return `DynamicEnv ${metadata.name} is ${status.state}${message}`;
}
