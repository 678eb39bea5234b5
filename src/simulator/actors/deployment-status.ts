import { isMap, type LocalObject } from '../object.ts';

/**
 * created: there is a new replica set; seen: it is counted; rolling: its pods start; surged: they are ready and the
 * old ones still there; complete: only they are there; crashed: they are no longer ready. Without pods of an earlier
 * template there is no `seen` and no `surged`.
 */
export type Phase = 'created' | 'seen' | 'rolling' | 'surged' | 'complete' | 'crashed';

export interface StatusInput {
  phase: Phase;
  /** Pods of an earlier template are still ready. */
  served: boolean;
  timedOut: boolean;
  replicaSet: string;
  now: string;
}

interface DeploymentCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastUpdateTime: string;
  lastTransitionTime: string;
}

type ConditionContent = Pick<DeploymentCondition, 'status' | 'reason' | 'message'>;

/** Numbers as the deployment controller writes them: zero is left out, except for terminatingReplicas. */
function counts(live: LocalObject, { phase, served }: StatusInput): Record<string, number> {
  const n = Number(live.spec?.['replicas'] ?? 1);
  const seen = { observedGeneration: live.metadata.generation ?? 1, terminatingReplicas: 0 };
  if (n === 0) return seen;
  const available = { ...seen, availableReplicas: n, readyReplicas: n, replicas: n };
  const surge = { replicas: n + 1, updatedReplicas: 1 };
  if (phase === 'complete') return { ...available, updatedReplicas: n };
  if (phase === 'seen') return { ...available, unavailableReplicas: 1 };
  if (phase === 'surged') {
    return { ...seen, availableReplicas: n + 1, readyReplicas: n + 1, ...surge };
  }
  if (phase === 'rolling' && served) return { ...available, ...surge, unavailableReplicas: 1 };
  return { ...seen, replicas: n, unavailableReplicas: n, updatedReplicas: n };
}

function available(live: LocalObject, { phase, served }: StatusInput): ConditionContent {
  const has = phase === 'complete' || (phase !== 'crashed' && served);
  return has || live.spec?.['replicas'] === 0
    ? {
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function progressing({ phase, replicaSet, timedOut }: StatusInput): ConditionContent {
  const set = `ReplicaSet "${replicaSet}"`;
  if (timedOut) {
    const message = `${set} has timed out progressing.`;
    return { status: 'False', reason: 'ProgressDeadlineExceeded', message };
  }
  if (phase === 'created' || phase === 'seen') {
    const message = `Created new replica set "${replicaSet}"`;
    return { status: 'True', reason: 'NewReplicaSetCreated', message };
  }
  if (phase === 'rolling' || phase === 'surged') {
    return { status: 'True', reason: 'ReplicaSetUpdated', message: `${set} is progressing.` };
  }
  const message = `${set} has successfully progressed.`;
  return { status: 'True', reason: 'NewReplicaSetAvailable', message };
}

function condition(live: LocalObject, type: string, content: ConditionContent, now: string) {
  const conditions = live.status?.['conditions'];
  const list = (Array.isArray(conditions) ? conditions : []) as DeploymentCondition[];
  const old = list.find((candidate) => candidate.type === type);
  const same = old?.reason === content.reason && old.message === content.message;
  return {
    type,
    ...content,
    lastUpdateTime: same ? old.lastUpdateTime : now,
    lastTransitionTime: old?.status === content.status ? old.lastTransitionTime : now,
  };
}

/** DeploymentStatus in the steps that test/fixtures/recorded shows. */
export function deploymentStatus(live: LocalObject, input: StatusInput): Record<string, unknown> {
  const progress = condition(live, 'Progressing', progressing(input), input.now);
  if (input.phase === 'created') {
    const { conditions, ...rest } = live.status ?? {};
    const others = (Array.isArray(conditions) ? conditions : []).filter(
      (other) => isMap(other) && other['type'] !== 'Progressing',
    );
    return { ...rest, conditions: [...others, progress] };
  }
  const availability = condition(live, 'Available', available(live, input), input.now);
  return { ...counts(live, input), conditions: [availability, progress] };
}
