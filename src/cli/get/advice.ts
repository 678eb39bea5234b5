import { readConsumersStatus } from '../../api/consumer-status.ts';
import type { DynamicEnv, ResourceStatus } from '../../api/dynamicenv.ts';
import { FORCE_REMOVAL_ANNOTATION } from '../../api/marks.ts';
import { troublesOf } from '../common/describe-env.ts';
import { targetKind } from '../common/target-kind.ts';
import { isBeingDeleted } from '../common/user-objects.ts';

/** Sentences: what is missing, and what to do. Messages of the status name their remedy. */
export function adviceFor(env: DynamicEnv): string[] {
  const { metadata, status } = env;
  if (status === undefined) return [withoutStatus(metadata.name)];
  return [
    ...(isBeingDeleted(env) ? [beingDeleted(env)] : stale(env)),
    ...troublesOf(env),
    ...deploymentsOf(env).flatMap(lookAtPods),
    ...unexplained(env),
  ];
}

function withoutStatus(name: string): string {
  return `it has no status yet: check that Metacontroller is running and that there is a CompositeController dynamicenv; "kubectl describe de ${name}" shows errors`;
}

function stale({ metadata, status }: DynamicEnv): string[] {
  const seen = status?.observedGeneration ?? 0;
  if (seen >= (metadata.generation ?? 0)) return [];
  return [
    `the status is about an earlier spec; if that does not change, "kubectl describe de ${metadata.name}" shows errors`,
  ];
}

function beingDeleted({ metadata, status }: DynamicEnv): string {
  const isStalled = status?.conditions?.some(
    ({ type, status: value }) => type === 'Stalled' && value === 'True',
  );
  const since = `it is being deleted since ${metadata.deletionTimestamp}`;
  if (!isStalled) return since;
  return `${since}; "kubectl annotate de ${metadata.name} ${FORCE_REMOVAL_ANNOTATION}=true" stops the wait for the removal of its routes`;
}

function deploymentsOf(env: DynamicEnv): ResourceStatus[] {
  const all = { ...env.status?.subsetsStatus, ...readConsumersStatus(env.status) };
  return Object.entries(all).flatMap(([key, { deployment }]) =>
    targetKind(env, key) === 'Deployment' ? [deployment] : [],
  );
}

/** An env does not know why pods do not start; kubectl shows it. */
function lookAtPods({ namespace, name, status }: ResourceStatus): string[] {
  if (!['failed', 'initializing', 'updating'].includes(status)) return [];
  return [
    `Deployment ${namespace}/${name} is ${status}: "kubectl -n ${namespace} describe deployment ${name}" and "kubectl -n ${namespace} logs deployment/${name}" show why`,
  ];
}

/** The message of the condition Ready, if nothing else says why the env is not ready. */
function unexplained(env: DynamicEnv): string[] {
  const ready = env.status?.conditions?.find(({ type }) => type === 'Ready');
  const isExplained = troublesOf(env).length > 0 || isBeingDeleted(env);
  return ready === undefined || ready.status === 'True' || isExplained ? [] : [ready.message];
}
