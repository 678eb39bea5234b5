import { canonicalJson, jsonEqual } from '../../k8s/canonical.ts';
import { hash10 } from '../../k8s/hash.ts';
import { rfc3339 } from '../../k8s/time.ts';
import type { Store } from '../api-server/store.ts';
import type { ApiServer, Client, ObjectKey } from '../api-server/types.ts';
import type { Clock } from '../clock.ts';
import type { LocalObject } from '../object.ts';
import { deploymentStatus, type Phase } from './deployment-status.ts';

const CLIENT: Client = {
  user: 'system:serviceaccount:kube-system:deployment-controller',
  manager: 'kube-controller-manager',
};
const REACTION = 5;
const REVISION = 'deployment.kubernetes.io/revision';

export interface KubeletOptions {
  podReadySeconds: number;
  /** Pods of this Deployment do not become ready. */
  notReady: (deployment: LocalObject) => boolean;
  /** Pods of this Deployment were ready and are no longer. */
  crashed: (deployment: LocalObject) => boolean;
}

export interface Kubelet {
  /** To be called when `notReady` or `crashed` may have changed for this Deployment. */
  refresh(namespace: string, name: string): void;
}

/** One Deployment as its controller remembers it. */
interface Rollout {
  template: string;
  revision: number;
  phase: Phase;
  /** Pods of an earlier template are ready. */
  served: boolean;
  timedOut: boolean;
}

/** Deployment controller, scheduler and kubelet in one: Deployments become available after a while, and their status says so. */
export function startKubelet(
  clock: Clock,
  store: Store,
  api: ApiServer,
  options: KubeletOptions,
): Kubelet {
  const kind = api.kinds.kindNamed('Deployment');
  const rollouts = new Map<string, Rollout>();

  const rolloutOf = ({ metadata }: LocalObject): Rollout | undefined =>
    rollouts.get(metadata.uid ?? '');

  const writeStatus = async (live: LocalObject, rollout: Rollout): Promise<void> => {
    const { phase, served, template, timedOut } = rollout;
    const status = deploymentStatus(live, {
      phase: phase === 'complete' && options.crashed(live) ? 'crashed' : phase,
      served,
      timedOut,
      replicaSet: `${live.metadata.name}-${template}`,
      now: rfc3339(clock.now()),
    });
    const annotations = { ...live.metadata.annotations, [REVISION]: String(rollout.revision) };
    if (jsonEqual(status, live.status) && jsonEqual(annotations, live.metadata.annotations)) return;
    await api.updateStatus(CLIENT, {
      ...live,
      metadata: { ...live.metadata, annotations },
      status,
    });
  };

  /** Does the next step, unless the Deployment's template has changed meanwhile. */
  const later = (
    live: LocalObject,
    rollout: Rollout,
    milliseconds: number,
    step: (now: LocalObject) => void,
    background?: 'background',
  ): void => {
    const { template } = rollout;
    const run = async (): Promise<void> => {
      const now = api.find(api.keyOf(live));
      if (!now || rolloutOf(now) !== rollout || rollout.template !== template) return;
      step(now);
      await writeStatus(now, rollout);
    };
    clock.after(milliseconds, run, background);
  };

  const complete = (rollout: Rollout): void => {
    Object.assign(rollout, { phase: 'complete', served: true, timedOut: false });
  };

  const becomeReady = (live: LocalObject, rollout: Rollout): void => {
    later(live, rollout, options.podReadySeconds * 1000, (now) => {
      if (options.notReady(now) || rollout.phase === 'complete') return;
      if (!rollout.served) return complete(rollout);
      rollout.phase = 'surged';
      later(now, rollout, REACTION, () => complete(rollout));
    });
  };

  const roll = (live: LocalObject, rollout: Rollout): void => {
    const deadline = Number(live.spec?.['progressDeadlineSeconds'] ?? 600);
    if (rollout.served) {
      later(live, rollout, REACTION, () => {
        rollout.phase = 'seen';
      });
    }
    later(live, rollout, 2 * REACTION, (now) => {
      rollout.phase = now.spec?.['replicas'] === 0 ? 'complete' : 'rolling';
    });
    becomeReady(live, rollout);
    const timeOut = () => {
      rollout.timedOut = rollout.phase !== 'complete';
    };
    later(live, rollout, deadline * 1000, timeOut, 'background');
  };

  const reconcile = async (key: ObjectKey): Promise<void> => {
    const live = api.find(key);
    if (!live || live.metadata.deletionTimestamp !== undefined) return;
    const template = hash10(canonicalJson(live.spec?.['template']));
    const known = rolloutOf(live);
    const rollout = known ?? freshRollout(live);
    if (rollout.template !== template) {
      rollout.template = template;
      rollout.revision += 1;
      rollout.phase = 'created';
      rollout.timedOut = false;
      rollouts.set(live.metadata.uid ?? '', rollout);
      roll(live, rollout);
    }
    await writeStatus(live, rollout);
  };

  store.onChange(({ kind: changed, before, after }) => {
    if (changed !== kind) return;
    if (!after) rollouts.delete(before?.metadata.uid ?? '');
    else if (isStale(after)) clock.after(REACTION, () => reconcile(api.keyOf(after)));
  });

  return {
    refresh: (namespace, name) => {
      const live = store.get(kind, namespace, name);
      const rollout = live && rolloutOf(live);
      if (!live || !rollout) return;
      if (options.crashed(live)) clock.after(REACTION, () => reconcile(api.keyOf(live)));
      else becomeReady(live, rollout);
    },
  };
}

/** A Deployment that was restored from another cluster may have pods already. */
function freshRollout({ status }: LocalObject): Rollout {
  const served = Number(status?.['availableReplicas'] ?? 0) > 0;
  return { template: '', revision: 0, phase: 'created', served, timedOut: false };
}

/** The deployment controller has not seen this yet, or somebody removed its annotation. */
function isStale({ metadata, status }: LocalObject): boolean {
  return (
    status?.['observedGeneration'] !== metadata.generation ||
    metadata.annotations?.[REVISION] === undefined
  );
}
