import type { Store } from '../api-server/store.ts';
import type { ApiServer, Client } from '../api-server/types.ts';
import type { Clock } from '../clock.ts';
import { isReason } from '../errors.ts';
import { later } from './retry.ts';

const CLIENT: Client = {
  user: 'system:serviceaccount:kube-system:namespace-controller',
  manager: 'kube-controller-manager',
};
const DELAY = 20;

/**
 * Deletes what is in a Namespace that is being deleted, and lets the Namespace go when nothing is left
 * (https://kubernetes.io/docs/tasks/administer-cluster/namespaces/#deleting-a-namespace).
 */
export function startNamespaceController(clock: Clock, store: Store, api: ApiServer): void {
  const kind = api.kinds.kindNamed('Namespace');

  const contentOf = (name: string) =>
    store.list().filter(({ metadata }) => metadata.namespace === name);

  const deleteContent = async (name: string): Promise<void> => {
    for (const object of contentOf(name)) {
      const { uid, deletionTimestamp } = object.metadata;
      if (deletionTimestamp !== undefined) continue;
      try {
        await api.delete(CLIENT, api.keyOf(object), { uid, propagation: 'Background' });
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error;
      }
    }
  };

  const finalize = async (name: string): Promise<void> => {
    const key = { kind, namespace: undefined, name };
    if (api.get(key).metadata.deletionTimestamp === undefined) return;
    await deleteContent(name);
    if (contentOf(name).length > 0) return;
    await api.patch(CLIENT, key, (live) => ({ ...live, spec: { ...live.spec, finalizers: [] } }));
  };

  store.onChange(({ kind: changed, before, after }) => {
    const isTerminating = changed === kind && after?.metadata.deletionTimestamp !== undefined;
    const emptied = isTerminating ? after.metadata.name : !after && before?.metadata.namespace;
    if (emptied) later(clock, () => finalize(emptied), DELAY);
  });
}
