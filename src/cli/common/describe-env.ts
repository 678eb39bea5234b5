import { readConsumersStatus } from '../../api/consumer-status.ts';
import type {
  Condition,
  DynamicEnv,
  ResourceStatus,
  StatusError,
  SubsetErrors,
  WorkloadStatus,
} from '../../api/dynamicenv.ts';
import { messageAbout } from '../../kinds/dynamicenv/status/message-about.ts';
import { NO_COMMON_HOST } from '../../kinds/dynamicenv/status/workload-report.ts';
import { describeLife } from './describe-life.ts';
import { targetKind } from './target-kind.ts';

/** The state of an env, for people: a headline, then a line per workload, DestinationRule and VirtualService. */
export function describeEnv(env: DynamicEnv): string[] {
  const { metadata, status } = env;
  if (status === undefined) return [`DynamicEnv ${metadata.name} has no status`];
  const { state, totalReady, totalCount, match, conditions, links = [] } = status;
  const ready = conditions?.find(({ type }) => type === 'Ready');
  const requests = match === undefined ? '' : `, requests with ${match}`;
  return [
    `DynamicEnv ${metadata.name} is ${state}: ${totalReady} of ${totalCount} workloads ready${requests}`,
    ...(state === 'ready' || ready === undefined ? [] : [`  why: ${ready.message}`]),
    ...describeLife(env).map((text) => `  ${text}`),
    ...links.map((link) => `  link: ${link}`),
    ...describeWorkloads('subset', status.subsetsStatus, env),
    ...describeWorkloads('consumer', readConsumersStatus(status), env),
  ];
}

function describeWorkloads(
  kind: string,
  workloads: Record<string, WorkloadStatus> | undefined,
  env: DynamicEnv,
): string[] {
  return Object.entries(workloads ?? {}).flatMap(([key, workload]) => [
    `  ${kind} ${key}`,
    describeResource(targetKind(env, key), workload.deployment),
    ...(workload.destinationRules ?? []).map((one) => describeResource('DestinationRule', one)),
    ...(workload.virtualServices ?? []).map((one) => describeResource('VirtualService', one)),
  ]);
}

function describeResource(kind: string, { namespace, name, status }: ResourceStatus): string {
  return `    ${kind} ${namespace}/${name}: ${status}`;
}

/** The warnings in the status, each with the env's name. */
export function warningsOf(env: DynamicEnv): string[] {
  return troublesOf(env).map((trouble) => `${env.metadata.name}: ${trouble}`);
}

/** The warnings in the status: sentences, each once, in the order in which a person should act. */
export function troublesOf(env: DynamicEnv): string[] {
  const { status } = env;
  const workloads = [
    ...Object.entries(status?.subsetsStatus ?? {}),
    ...Object.entries(readConsumersStatus(status)),
  ];
  const general = conditionWarnings(status?.conditions ?? []);
  const special = workloads
    .flatMap(([key, workload]) => workloadTroubles(key, workload, targetKind(env, key)))
    .filter((message) => !general.some((text) => text.includes(message)));
  const entries = (status?.entriesStatus ?? []).flatMap(({ host, message }) =>
    message === undefined ? [] : [`entry ${host}: ${message}`],
  );
  return [...new Set([...special, ...general, ...entries])];
}

/** Errors of the Deployment come first, because they may be the cause of those of rules and routes. */
function workloadTroubles(key: string, workload: WorkloadStatus, kind: string): string[] {
  const { deployment, destinationRules, virtualServices = [], subsetErrors = {} } = workload;
  const { subset = [], ...before } = subsetErrors;
  const isSaid = errorsOf(before).some(({ error }) => error === deployment.message);
  const known = new Set(destinationRules?.map(({ message }) => message));
  const parts = [
    ...resourceWarnings('DestinationRule', destinationRules),
    // Each VirtualService that needs a missing rule repeats the message about it.
    ...resourceWarnings(
      'VirtualService',
      virtualServices.filter(({ message }) => !known.has(message)),
    ),
  ];
  return [
    ...errorsOf(before).map(({ error }) => messageAbout(key, error)),
    ...parts,
    // That rules and routes have no host in common adds nothing, if one of them says why.
    ...subset.flatMap(({ error }) =>
      error === NO_COMMON_HOST && parts.length > 0 ? [] : [messageAbout(key, error)],
    ),
    ...(isSaid ? [] : resourceWarnings(kind, [deployment])),
  ];
}

function errorsOf(errors: SubsetErrors): StatusError[] {
  return Object.values(errors).flat();
}

/** The conditions that warn, and the value with which they do. */
const BAD: Partial<Record<Condition['type'], Condition['status']>> = {
  Guarded: 'False',
  Conflicting: 'True',
  Stalled: 'True',
};

function conditionWarnings(conditions: readonly Condition[]): string[] {
  return conditions
    .filter(({ type, status }) => BAD[type] === status)
    .map(
      ({ type, message }) =>
        `${type === 'Guarded' ? 'not guarded' : type.toLowerCase()}: ${message}`,
    );
}

function resourceWarnings(
  kind: string,
  resources: readonly ResourceStatus[] | undefined,
): string[] {
  return (resources ?? []).flatMap(({ namespace, name, message }) => {
    if (message === undefined) return [];
    // For a missing object the status contains the name of the Service instead.
    return message.startsWith(`no ${kind} `)
      ? [message]
      : [`${kind} ${namespace}/${name}: ${message}`];
  });
}
