import { canonicalJson, jsonEqual } from '../../k8s/canonical.ts';
import { hash10 } from '../../k8s/hash.ts';
import type { Store } from '../api-server/store.ts';
import type { ApiServer, Client, ObjectKey } from '../api-server/types.ts';
import type { Clock } from '../clock.ts';
import type { LocalObject } from '../object.ts';
import type { Kubelet, KubeletOptions } from './kubelet.ts';

const CLIENT: Client = {
  user: 'system:serviceaccount:kube-system:statefulset-controller',
  manager: 'kube-controller-manager',
};
const REACTION = 5;

/**
 * StatefulSet controller, scheduler and kubelet in one, in two steps: pods of the present template are started, then all are ready.
 * Unlike a Deployment, a StatefulSet deletes a pod before it starts the one that replaces it.
 */
export function startStatefulSets(
  clock: Clock,
  store: Store,
  api: ApiServer,
  options: KubeletOptions,
): Kubelet {
  const kind = api.kinds.kindNamed('StatefulSet');
  /** Hash of the template whose pods are all ready, by uid. */
  const ready = new Map<string, string>();

  const writeStatus = async (live: LocalObject): Promise<void> => {
    const uid = live.metadata.uid ?? '';
    const status = statusOf(live, ready.get(uid), options.crashed(live));
    if (!jsonEqual(status, live.status)) await api.updateStatus(CLIENT, { ...live, status });
  };

  const reconcile = async (key: ObjectKey): Promise<void> => {
    const live = api.find(key);
    if (!live || live.metadata.deletionTimestamp !== undefined) return;
    await writeStatus(live);
    clock.after(options.podReadySeconds * 1000, async () => {
      const now = api.find(key);
      if (!now || options.notReady(now) || revisionOf(now) !== revisionOf(live)) return;
      ready.set(now.metadata.uid ?? '', revisionOf(now));
      await writeStatus(now);
    });
  };

  const soon = (key: ObjectKey): void => {
    clock.after(REACTION, () => reconcile(key));
  };

  store.onChange(({ kind: changed, before, after }) => {
    if (changed !== kind) return;
    if (!after) ready.delete(before?.metadata.uid ?? '');
    else if (after.status?.['observedGeneration'] !== after.metadata.generation) {
      soon(api.keyOf(after));
    }
  });

  return {
    refresh: (namespace, name) => {
      const live = store.get(kind, namespace, name);
      if (live) soon(api.keyOf(live));
    },
  };
}

function revisionOf({ spec }: LocalObject): string {
  return hash10(canonicalJson(spec?.['template']));
}

/** `ready`: revision of the pods that are ready. */
function statusOf(
  live: LocalObject,
  ready: string | undefined,
  isCrashed: boolean,
): Record<string, unknown> {
  const replicas = Number(live.spec?.['replicas'] ?? 1);
  const isComplete = ready === revisionOf(live);
  const others = ready === undefined ? 0 : replicas - 1;
  const readyReplicas = isCrashed ? 0 : isComplete ? replicas : others;
  const updatedReplicas = isComplete || ready === undefined ? replicas : replicas - others;
  return {
    observedGeneration: live.metadata.generation ?? 1,
    replicas,
    ...(readyReplicas > 0 ? { readyReplicas, availableReplicas: readyReplicas } : {}),
    updatedReplicas,
  };
}
