import { consumersOf } from '../../api/consumer-status.ts';
import type {
  Condition,
  DynamicEnv,
  ResourceStatus,
  StatusError,
  SubsetErrors,
  WorkloadStatus,
} from '../../api/dynamicenv.ts';
import { saidOf } from '../../kinds/dynamicenv/status/said-of.ts';
import { NO_COMMON_HOST } from '../../kinds/dynamicenv/status/workload-report.ts';

/** How an env stands, for people: a headline, then a line per workload, DestinationRule and VirtualService. */
export function describeEnv({ metadata, status }: DynamicEnv): string[] {
  if (status === undefined) return [`DynamicEnv ${metadata.name} has no status`];
  const { state, totalReady, totalCount, match, conditions } = status;
  const ready = conditions?.find(({ type }) => type === 'Ready');
  const requests = match === undefined ? '' : `, requests with ${match}`;
  return [
    `DynamicEnv ${metadata.name} is ${state}: ${totalReady} of ${totalCount} workloads ready${requests}`,
    ...(state === 'ready' || ready === undefined ? [] : [`  why: ${ready.message}`]),
    ...describeWorkloads('subset', status.subsetsStatus),
    ...describeWorkloads('consumer', consumersOf(status)),
  ];
}

function describeWorkloads(
  kind: string,
  workloads: Record<string, WorkloadStatus> | undefined,
): string[] {
  return Object.entries(workloads ?? {}).flatMap(([key, workload]) => [
    `  ${kind} ${key}`,
    describeResource('Deployment', workload.deployment),
    ...(workload.destinationRules ?? []).map((one) => describeResource('DestinationRule', one)),
    ...(workload.virtualServices ?? []).map((one) => describeResource('VirtualService', one)),
  ]);
}

function describeResource(kind: string, { namespace, name, status }: ResourceStatus): string {
  return `    ${kind} ${namespace}/${name}: ${status}`;
}

/** What the status warns of, each with the env's name. */
export function warningsOf(env: DynamicEnv): string[] {
  return troublesOf(env).map((trouble) => `${env.metadata.name}: ${trouble}`);
}

/** What the status warns of, in whole sentences, each once, in the order in which a person has to act. */
export function troublesOf({ status }: DynamicEnv): string[] {
  const workloads = [
    ...Object.entries(status?.subsetsStatus ?? {}),
    ...Object.entries(consumersOf(status)),
  ];
  const general = conditionWarnings(status?.conditions ?? []);
  const special = workloads
    .flatMap(([key, workload]) => workloadTroubles(key, workload))
    .filter((message) => !general.some((text) => text.includes(message)));
  return [...new Set([...special, ...general])];
}

/** The Deployment's errors first: what it says of versions decides what rules and routes have to say. */
function workloadTroubles(key: string, workload: WorkloadStatus): string[] {
  const { deployment, destinationRules, virtualServices = [], subsetErrors = {} } = workload;
  const { subset = [], ...before } = subsetErrors;
  const isCompiled = errorsOf(before).some(({ error }) => error === deployment.message);
  const known = new Set(destinationRules?.map(({ message }) => message));
  const parts = [
    ...resourceWarnings('DestinationRule', destinationRules),
    // A missing rule is told of each VirtualService that would need it, too.
    ...resourceWarnings(
      'VirtualService',
      virtualServices.filter(({ message }) => !known.has(message)),
    ),
  ];
  return [
    ...errorsOf(before).map(({ error }) => saidOf(key, error)),
    ...parts,
    // That the two do not meet is no news where either says why.
    ...subset.flatMap(({ error }) =>
      error === NO_COMMON_HOST && parts.length > 0 ? [] : [saidOf(key, error)],
    ),
    ...(isCompiled ? [] : resourceWarnings('Deployment', [deployment])),
  ];
}

function errorsOf(errors: SubsetErrors): StatusError[] {
  return Object.values(errors).flat();
}

/** Conditions whose other value is the good one. */
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
    // Where none is there, the status has the Service's name in its place.
    return message.startsWith(`no ${kind} `)
      ? [message]
      : [`${kind} ${namespace}/${name}: ${message}`];
  });
}
