import type { ParentResource } from '../../hooks/controller.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { controllerOf } from '../../k8s/controller-of.ts';
import { matchesSelector } from '../../k8s/selector.ts';
import type { Change } from '../api-server/store.ts';
import { servedKind } from '../discovery.ts';
import { apiVersionOf, groupKey, splitApiVersion } from '../kinds.ts';
import { type LocalObject, qualifiedName } from '../object.ts';
import type { Metacontroller } from './controller.ts';

/** The observed parents of one controller. */
export interface Parents {
  /** All objects of the parents' kinds, selected or not, sorted by name within a kind. */
  list(): LocalObject[];
  /** For the work queue. */
  keyOf(parent: LocalObject): string;
  find(key: string): LocalObject | undefined;
  isSelected(parent: LocalObject): boolean;
  /** The parent that is this object's controller. A namespaced parent owns in its own namespace only. */
  ownerOf(child: LocalObject): LocalObject | undefined;
  /** The parent that this change is about, if it is to be synced again. */
  changed(change: Change): LocalObject | undefined;
}

export function createParents(
  { informers, api }: Metacontroller,
  resources: readonly ParentResource[],
): Parents {
  const rules = new Map(resources.map((rule) => [servedKind(api.kinds, rule), rule]));
  const kinds = [...rules.keys()];

  const ownerOf = (child: LocalObject): LocalObject | undefined => {
    const reference = controllerOf(child);
    if (!reference) return undefined;
    const { group } = splitApiVersion(reference.apiVersion);
    const kind = kinds.find((one) => one.group === group && one.kind === reference.kind);
    if (!kind) return undefined;
    const place = kind.namespaced ? `${child.metadata.namespace ?? ''}/` : '';
    const owner = informers.get(kind, place + reference.name);
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  };

  return {
    list: () => kinds.flatMap((kind) => informers.list(kind)),
    keyOf: (parent) => `${groupKey(parent.apiVersion, parent.kind)} ${qualifiedName(parent)}`,
    find: (key) => {
      const [group = '', name = ''] = key.split(' ');
      const kind = kinds.find((one) => groupKey(apiVersionOf(one), one.kind) === group);
      return kind && informers.get(kind, name);
    },
    isSelected: (parent) => {
      const { labelSelector = {} } = rules.get(api.kinds.kindOf(parent)) ?? {};
      return matchesSelector(labelSelector, parent.metadata.labels);
    },
    ownerOf,
    changed: (change) => {
      const rule = rules.get(change.kind);
      if (!rule || (rule.ignoreStatusChanges && isStatusChange(change))) return undefined;
      return change.after ?? change.before;
    },
  };
}

/** `ignoreStatusChanges`: neither generation, labels nor annotations differ, and the object is not being deleted. */
function isStatusChange({ before, after }: Change): boolean {
  if (!before || !after || after.metadata.deletionTimestamp !== undefined) return false;
  const decisive = ({ metadata: { generation, labels = {}, annotations = {} } }: LocalObject) => {
    return { generation, labels, annotations };
  };
  return jsonEqual(decisive(before), decisive(after));
}
