import type { Clock } from '../clock.ts';
import type { Discovery } from '../discovery.ts';
import { ApiError, alreadyExists, conflict } from '../errors.ts';
import type { FaultState } from '../faults.ts';
import type { Inject } from '../hook-call.ts';
import { describe } from '../kinds.ts';
import type { LocalObject } from '../object.ts';
import { admit, type Webhook } from './admission.ts';
import { type Defaults, keepAllocated, onCreate, withDefaults } from './defaults.ts';
import { normalize } from './normalize.ts';
import type { Store } from './store.ts';
import { keyIn, type Validate, type Warning, type Write } from './types.ts';
import {
  bumpGeneration,
  checkName,
  checkUpdate,
  dropSystemFields,
  isGone,
  isSame,
  keepSystemFields,
} from './write-rules.ts';

export interface Parts {
  clock: Clock;
  store: Store;
  kinds: Discovery;
  inject: Inject;
  webhooks: readonly Webhook[];
  faults: FaultState;
  validate: Validate | undefined;
  defaults: Defaults | undefined;
}

/** The steps of a write, from the request to the store: admission, system fields, rules, storage. */
export interface WritePath {
  insert(write: Write): Promise<LocalObject>;
  /** Undefined: somebody else wrote while the webhook was called. */
  replace(write: Write, live: LocalObject): Promise<LocalObject | undefined>;
  /** Stores what changed; a write that changes nothing brings no event and no new resourceVersion. */
  commit(write: Write, live: LocalObject, next: LocalObject): LocalObject;
  /** Throws when a fault applies. */
  checkFaults(write: Pick<Write, 'client' | 'verb' | 'kind' | 'next'>): void;
  warnings: Warning[];
}

interface Admitted {
  amended: LocalObject;
  /** True: it is written even when it does not differ from what is stored. */
  isWrittenAnyway: boolean;
}

/**
 * An admission patch may remove the last member of a map and leave the empty map. Such a custom resource differs from the
 * stored one, which has no map, so the API server writes it again: seen with kube-apiserver 1.36, at every such write.
 */
function hasEmptyMap({ metadata: { labels, annotations } }: LocalObject): boolean {
  return [labels, annotations].some((map) => map !== undefined && Object.keys(map).length === 0);
}

export function createWritePath(parts: Parts): WritePath {
  const { clock, store, kinds, inject, webhooks, faults, validate, defaults } = parts;
  const namespaceKind = kinds.kindNamed('Namespace');
  const warnings: Warning[] = [];
  let reviews = 0;

  const checkFaults: WritePath['checkFaults'] = ({ client, verb, kind, next }) => {
    const { name, namespace } = next.metadata;
    faults.checkWrite({ user: client.user, verb, kind: kind.kind, namespace, name }, kind);
  };

  const admitted = async (write: Write): Promise<Admitted> => {
    const { client, kind, live, next, managedFields, apiVersion } = write;
    reviews += 1;
    const { object, warnings: heard } = await admit(webhooks, inject, {
      uid: `00000000-0000-4000-9000-${String(reviews).padStart(12, '0')}`,
      kind,
      apiVersion,
      operation: live ? 'UPDATE' : 'CREATE',
      user: client.user,
      object: { ...next, metadata: { ...next.metadata, managedFields } },
      oldObject: live,
      fieldManager: client.named ? client.manager : undefined,
    });
    for (const message of heard) {
      warnings.push({ time: clock.now().toISOString(), user: client.user, message });
    }
    const amended = withDefaults(kind, normalize(kind, object), defaults);
    return { amended, isWrittenAnyway: !kind.builtIn && hasEmptyMap(object) };
  };

  /** The admission plugin NamespaceLifecycle; a namespace without a Namespace object accepts everything. */
  const checkNamespace = ({ kind, next: { metadata } }: Write): void => {
    const namespace = store.get(namespaceKind, undefined, metadata.namespace ?? '');
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    const why = `unable to create new content in namespace ${metadata.namespace} because it is being terminated`;
    throw new ApiError(403, 'Forbidden', `${describe(kind, metadata.name)} is forbidden: ${why}`);
  };

  const check = (object: LocalObject, live: LocalObject | undefined, { client }: Write): void => {
    const refusal = validate?.(object, live, client.user);
    if (refusal !== undefined) throw new ApiError(422, 'Invalid', refusal);
  };

  const commit: WritePath['commit'] = ({ kind, client, verb }, live, next) => {
    const author = { user: client.user, verb };
    if (isSame(live, next)) return live;
    return isGone(next) ? store.remove(kind, next, author) : store.put(kind, next, author);
  };

  const insert: WritePath['insert'] = async (write) => {
    const { kind, client, verb } = write;
    checkName(kind, write.next);
    checkNamespace(write);
    checkFaults(write);
    const { amended: object } = await admitted(write);
    const { namespace, name } = object.metadata;
    if (store.get(kind, namespace, name)) throw alreadyExists(describe(kind, name));
    check(object, undefined, write);
    const first = onCreate(kind, dropSystemFields(kind, object), store.history.length);
    return store.put(kind, first, { user: client.user, verb });
  };

  const replace: WritePath['replace'] = async (write, live) => {
    const { kind, expected } = write;
    checkFaults(write);
    const { amended, isWrittenAnyway } = await admitted(write);
    const sent = keepSystemFields(live, amended);
    const { namespace, name } = keyIn(kinds, live);
    const now = store.get(kind, namespace, name);
    if (expected !== undefined && expected !== now?.metadata.resourceVersion) {
      throw conflict(describe(kind, name));
    }
    if (now !== live) return undefined;
    const next = bumpGeneration(kind, live, keepAllocated(kind, live, sent));
    checkUpdate(kind, live, next);
    check(next, live, write);
    if (isWrittenAnyway)
      return store.put(kind, next, { user: write.client.user, verb: write.verb });
    return commit(write, live, next);
  };

  return { insert, replace, commit, checkFaults, warnings };
}
