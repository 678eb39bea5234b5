import { isMap } from '../object.ts';
import type { ListKeys } from './three-way-merge.ts';

/**
 * Lists of built-in kinds whose items have an identity (`x-kubernetes-list-map-keys` and `x-kubernetes-patch-merge-key`
 * in https://github.com/kubernetes/kubernetes/blob/master/api/openapi-spec/swagger.json), by the name of the field.
 */
const BY_FIELD: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    conditions: ['type'],
    containers: ['name'],
    env: ['name'],
    ephemeralContainers: ['name'],
    hostAliases: ['ip'],
    imagePullSecrets: ['name'],
    initContainers: ['name'],
    ownerReferences: ['uid'],
    volumeMounts: ['mountPath'],
    volumes: ['name'],
  }),
);

/** Lists of custom resources are atomic unless their schema says otherwise; Istio's do not. */
const OF_ANY_KIND: ReadonlySet<string> = new Set(['ownerReferences', 'conditions']);

/** Container ports and Service ports: the key is the number, in server-side apply the number and the protocol. */
function portKeys(lists: readonly (readonly unknown[])[], more: readonly string[]): string[] {
  const first = lists.flat().find(isMap) ?? {};
  return [Object.hasOwn(first, 'containerPort') ? 'containerPort' : 'port', ...more];
}

/** Strategic merge patch, as `kubectl apply` uses it for built-in kinds. */
export const strategicKeys: ListKeys = (field, lists) =>
  field === 'ports' ? portKeys(lists, []) : BY_FIELD.get(field);

/** JSON merge patch, as `kubectl apply` uses it for custom resources: every list is replaced. */
export const noKeys: ListKeys = () => undefined;

/** Server-side apply (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy). */
export function applyKeys(builtIn: boolean): ListKeys {
  return (field, lists) => {
    if (!builtIn && !OF_ANY_KIND.has(field)) return undefined;
    return field === 'ports' ? portKeys(lists, ['protocol']) : BY_FIELD.get(field);
  };
}

/** Maps that server-side apply takes as a whole (`x-kubernetes-map-type: atomic`). */
export function isAtomicMap(builtIn: boolean, field: string): boolean {
  return builtIn && (field === 'selector' || field === 'nodeSelector');
}
