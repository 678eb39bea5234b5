import { consumersOf } from '../api/consumer-status.ts';
import type {
  Condition,
  DynamicEnv,
  ResourceStatus,
  StatusError,
  SubsetErrors,
  WorkloadStatus,
} from '../api/dynamicenv.ts';

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

/** What the status warns of, in whole sentences, each once. */
export function troublesOf({ status }: DynamicEnv): string[] {
  const workloads = [
    ...Object.entries(status?.subsetsStatus ?? {}),
    ...Object.entries(consumersOf(status)),
  ];
  const warnings = [
    ...conditionWarnings(status?.conditions ?? []),
    ...workloads.flatMap(([key, workload]) => [
      ...errorsOf(workload.subsetErrors).map(({ error }) => `${key}: ${error}`),
      ...resourceWarnings('DestinationRule', workload.destinationRules),
      ...resourceWarnings('VirtualService', workload.virtualServices),
    ]),
  ];
  return [...new Set(warnings)];
}

function errorsOf(errors: SubsetErrors | undefined): StatusError[] {
  return Object.values(errors ?? {}).flat();
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
  return (resources ?? []).flatMap(({ namespace, name, message }) =>
    message === undefined ? [] : [`${kind} ${namespace}/${name}: ${message}`],
  );
}
