import { isMap, type LocalObject } from './object.ts';

/** created: a new replica set; rolling: its pods start; complete: they are ready; crashed: they were. */
export type Phase = 'created' | 'rolling' | 'complete' | 'crashed';

export interface StatusInput {
  phase: Phase;
  /** An earlier template's pods serve meanwhile. */
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

type Verdict = Pick<DeploymentCondition, 'status' | 'reason' | 'message'>;

/** Numbers as the deployment controller writes them: zero is left out, but for terminatingReplicas. */
function counts(live: LocalObject, { phase, served }: StatusInput): Record<string, number> {
  const replicas = Number(live.spec?.['replicas'] ?? 1);
  const seen = { observedGeneration: live.metadata.generation ?? 1, terminatingReplicas: 0 };
  if (replicas === 0) return seen;
  const available = { availableReplicas: replicas, readyReplicas: replicas };
  if (phase === 'complete') return { ...seen, ...available, replicas, updatedReplicas: replicas };
  if (phase === 'rolling' && served) {
    const surge = { replicas: replicas + 1, unavailableReplicas: 1, updatedReplicas: 1 };
    return { ...seen, ...available, ...surge };
  }
  return { ...seen, replicas, unavailableReplicas: replicas, updatedReplicas: replicas };
}

function available(live: LocalObject, { phase, served }: StatusInput): Verdict {
  const has = phase === 'complete' || (phase === 'rolling' && served);
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

function progressing({ phase, replicaSet, timedOut }: StatusInput): Verdict {
  const set = `ReplicaSet "${replicaSet}"`;
  if (timedOut) {
    const message = `${set} has timed out progressing.`;
    return { status: 'False', reason: 'ProgressDeadlineExceeded', message };
  }
  if (phase === 'created') {
    const message = `Created new replica set "${replicaSet}"`;
    return { status: 'True', reason: 'NewReplicaSetCreated', message };
  }
  if (phase === 'rolling') {
    return { status: 'True', reason: 'ReplicaSetUpdated', message: `${set} is progressing.` };
  }
  const message = `${set} has successfully progressed.`;
  return { status: 'True', reason: 'NewReplicaSetAvailable', message };
}

function condition(live: LocalObject, type: string, verdict: Verdict, now: string) {
  const conditions = live.status?.['conditions'];
  const list = (Array.isArray(conditions) ? conditions : []) as DeploymentCondition[];
  const old = list.find((candidate) => candidate.type === type);
  const same = old?.reason === verdict.reason && old.message === verdict.message;
  return {
    type,
    ...verdict,
    lastUpdateTime: same ? old.lastUpdateTime : now,
    lastTransitionTime: old?.status === verdict.status ? old.lastTransitionTime : now,
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
