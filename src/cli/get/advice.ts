import { consumersOf } from '../../api/consumer-status.ts';
import type { DynamicEnv, ResourceStatus } from '../../api/dynamicenv.ts';
import { FORCE_REMOVAL_ANNOTATION } from '../../api/marks.ts';
import { isGoing } from '../shared/cluster-parts.ts';
import { troublesOf } from '../shared/describe-env.ts';

/** What is missing and what to do, in sentences; the status' own come with their remedies. */
export function adviceFor(env: DynamicEnv): string[] {
  const { metadata, status } = env;
  if (status === undefined) return [unanswered(metadata.name)];
  return [
    ...(isGoing(env) ? [going(env)] : stale(env)),
    ...troublesOf(env),
    ...deploymentsOf(env).flatMap(lookAtPods),
    ...unexplained(env),
  ];
}

function unanswered(name: string): string {
  return `nobody has answered for it yet: is Metacontroller running, and the CompositeController dynamicenv there? "kubectl describe de ${name}" shows what went wrong`;
}

function stale({ metadata, status }: DynamicEnv): string[] {
  const seen = status?.observedGeneration ?? 0;
  if (seen >= (metadata.generation ?? 0)) return [];
  return [
    `the status is about an earlier spec; if that stays so, "kubectl describe de ${metadata.name}" shows what went wrong`,
  ];
}

function going({ metadata, status }: DynamicEnv): string {
  const isStalled = status?.conditions?.some(
    ({ type, status: value }) => type === 'Stalled' && value === 'True',
  );
  const since = `it is being deleted since ${metadata.deletionTimestamp}`;
  if (!isStalled) return since;
  return `${since}; "kubectl annotate de ${metadata.name} ${FORCE_REMOVAL_ANNOTATION}=true" stops waiting for routes to leave`;
}

function deploymentsOf({ status }: DynamicEnv): ResourceStatus[] {
  const all = { ...status?.subsetsStatus, ...consumersOf(status) };
  return Object.values(all).map(({ deployment }) => deployment);
}

/** Why pods do not come is told by the cluster, not by the env. */
function lookAtPods({ namespace, name, status }: ResourceStatus): string[] {
  if (!['failed', 'initializing', 'updating'].includes(status)) return [];
  return [
    `Deployment ${namespace}/${name} is ${status}: "kubectl -n ${namespace} describe deployment ${name}" and "kubectl -n ${namespace} logs deployment/${name}" show why`,
  ];
}

/** What keeps it from being ready, when nothing else has said so. */
function unexplained(env: DynamicEnv): string[] {
  const ready = env.status?.conditions?.find(({ type }) => type === 'Ready');
  const isCompiled = troublesOf(env).length > 0 || isGoing(env);
  return ready === undefined || ready.status === 'True' || isCompiled ? [] : [ready.message];
}
