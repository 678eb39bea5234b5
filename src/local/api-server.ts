import { jsonEqual } from '../k8s/canonical.ts';
import { rfc3339 } from '../k8s/time.ts';
import { admit } from './admission.ts';
import type { Clock } from './clock.ts';
import { onCreate, withDefaults } from './defaults.ts';
import { ApiError, alreadyExists, conflict, notFound } from './errors.ts';
import type { FaultState } from './faults.ts';
import type { Inject } from './hook-call.ts';
import { describe, type Kind, kindOf } from './kinds.ts';
import { type ManagedFieldsEntry, trackUpdate, type Writer } from './managed-fields.ts';
import { normalize } from './normalize.ts';
import { type LocalObject, toJson } from './object.ts';
import { serverSideApply } from './server-side-apply.ts';
import type { Store } from './store.ts';
import {
  bumpGeneration,
  checkName,
  checkUpdate,
  dropSystemFields,
  isGone,
  isSame,
  keepSystemFields,
  markForDeletion,
  onlyStatus,
  type Propagation,
} from './write-rules.ts';

/** Who writes: the user that admission sees, and the field manager that managedFields name. */
export interface Client {
  user: string;
  manager: string;
  /** True: the manager was named in the request (kubectl does), so that admission sees it. */
  named?: boolean;
}

export interface ObjectKey {
  kind: Kind;
  namespace: string | undefined;
  name: string;
}

/** The verbs of one API server; objects it returns are frozen. */
export interface ApiServer {
  find(key: ObjectKey): LocalObject | undefined;
  get(key: ObjectKey): LocalObject;
  create(client: Client, object: LocalObject): Promise<LocalObject>;
  /** PUT: refused as a conflict when the object carries another resourceVersion than the stored one. */
  update(client: Client, object: LocalObject): Promise<LocalObject>;
  updateStatus(client: Client, object: LocalObject): Promise<LocalObject>;
  /** PATCH: `change` gets the latest object, and is asked again when somebody else was faster. */
  patch(client: Client, key: ObjectKey, verb: string, change: Change): Promise<LocalObject>;
  /** PATCH application/apply-patch+yaml: creates or updates. */
  apply(client: Client, object: LocalObject, force: boolean): Promise<LocalObject>;
  /** Resolves to undefined when the object is gone at once. */
  delete(
    client: Client,
    key: ObjectKey,
    options?: { uid?: string | undefined; propagation?: Propagation },
  ): Promise<LocalObject | undefined>;
  warnings: { time: string; user: string; message: string }[];
}

export type Change = (live: LocalObject) => LocalObject;

/** Refusals that a real cluster's schemas and policies would give; undefined: fine. */
export type Validate = (
  object: LocalObject,
  oldObject: LocalObject | undefined,
  user: string,
) => string | undefined;

interface Parts {
  clock: Clock;
  store: Store;
  inject: Inject;
  faults: FaultState;
  validate: Validate | undefined;
}

/** One write on its way through the API server. */
interface Write {
  client: Client;
  kind: Kind;
  verb: string;
  live: LocalObject | undefined;
  next: LocalObject;
  managedFields: ManagedFieldsEntry[];
  apiVersion: string;
  /** resourceVersion that the client insists on. */
  expected?: string | undefined;
}

function attempt({ client, verb, kind, next }: Pick<Write, 'client' | 'verb' | 'kind' | 'next'>) {
  const { name, namespace } = next.metadata;
  return { user: client.user, verb, kind: kind.kind, namespace, name };
}

export function keyOf(object: LocalObject): ObjectKey {
  const kind = kindOf(object);
  const namespace = kind.namespaced ? (object.metadata.namespace ?? 'default') : undefined;
  return { kind, namespace, name: object.metadata.name };
}

function checkUid({ kind, name }: ObjectKey, live: LocalObject, uid: string | undefined): void {
  if (uid === undefined || uid === live.metadata.uid) return;
  throw conflict(describe(kind, name), `the UID in the precondition (${uid}) differs`);
}

export function createApiServer({ clock, store, inject, faults, validate }: Parts): ApiServer {
  const warnings: ApiServer['warnings'] = [];
  let reviews = 0;

  const find: ApiServer['find'] = ({ kind, namespace, name }) => store.get(kind, namespace, name);

  const get: ApiServer['get'] = (key) => {
    const found = find(key);
    if (found) return found;
    throw notFound(describe(key.kind, key.name));
  };

  const writer = (
    { manager }: Client,
    operation: Writer['operation'],
    apiVersion: string,
    subresource?: string,
  ): Writer => {
    const base = { manager, operation, apiVersion, time: rfc3339(clock.now()) };
    return subresource === undefined ? base : { ...base, subresource };
  };

  const admitted = async (write: Write): Promise<LocalObject> => {
    const { client, kind, live, next, managedFields, apiVersion } = write;
    reviews += 1;
    const { object, warnings: heard } = await admit(inject, {
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
    return normalize(kind, object);
  };

  const check = (object: LocalObject, live: LocalObject | undefined, client: Client): void => {
    const refusal = validate?.(object, live, client.user);
    if (refusal !== undefined) throw new ApiError(422, 'Invalid', refusal);
  };

  /** Stores what changed; a write that changes nothing leaves no trace, not even a resourceVersion. */
  const commit = (write: Write, live: LocalObject, next: LocalObject): LocalObject => {
    const { kind, client, verb } = write;
    const author = { user: client.user, verb };
    if (isSame(live, next)) return live;
    return isGone(next) ? store.remove(kind, next, author) : store.put(kind, next, author);
  };

  const insert = async (write: Write): Promise<LocalObject> => {
    const { kind, client, verb } = write;
    checkName(kind, write.next);
    faults.checkWrite(attempt(write), kind);
    const object = withDefaults(kind, await admitted(write));
    const { namespace, name } = object.metadata;
    if (store.get(kind, namespace, name)) throw alreadyExists(describe(kind, name));
    check(object, undefined, client);
    const first = onCreate(kind, dropSystemFields(kind, object), store.history.length);
    return store.put(kind, first, { user: client.user, verb });
  };

  /** Undefined: somebody else has written while admission was asked. */
  const replace = async (write: Write, live: LocalObject): Promise<LocalObject | undefined> => {
    const { kind, client, expected } = write;
    faults.checkWrite(attempt(write), kind);
    const object = keepSystemFields(live, withDefaults(kind, await admitted(write)));
    const now = find(keyOf(live));
    if (expected !== undefined && expected !== now?.metadata.resourceVersion) {
      throw conflict(describe(kind, live.metadata.name));
    }
    if (now !== live) return undefined;
    const result = bumpGeneration(kind, live, object);
    checkUpdate(kind, live, result);
    check(result, live, client);
    return commit(write, live, result);
  };

  const retried = async (
    key: ObjectKey,
    make: (live: LocalObject) => Write,
  ): Promise<LocalObject> => {
    for (let tries = 0; tries < 5; tries += 1) {
      const live = get(key);
      const done = await replace(make(live), live);
      if (done) return done;
    }
    throw conflict(describe(key.kind, key.name));
  };

  const update: ApiServer['update'] = async (client, sent) => {
    const key = keyOf(sent);
    const live = get(key);
    const { uid, resourceVersion: expected } = sent.metadata;
    checkUid(key, live, uid);
    const next = withDefaults(key.kind, normalize(key.kind, sent));
    const by = writer(client, 'Update', next.apiVersion);
    const tracked = { ...next, ...(live.status && { status: live.status }) };
    const managedFields = trackUpdate(key.kind, live, tracked, by);
    const write = { client, kind: key.kind, verb: 'update', live, next, managedFields };
    const done = await replace({ ...write, expected, apiVersion: sent.apiVersion }, live);
    if (done) return done;
    throw conflict(describe(key.kind, key.name));
  };

  const create: ApiServer['create'] = async (client, sent) => {
    const kind = kindOf(sent);
    const { status: _, ...body } = normalize(kind, sent);
    const next = withDefaults(kind, body as LocalObject);
    const by = writer(client, 'Update', next.apiVersion);
    const managedFields = trackUpdate(kind, undefined, next, by);
    const { apiVersion } = sent;
    return insert({
      client,
      kind,
      verb: 'create',
      live: undefined,
      next,
      managedFields,
      apiVersion,
    });
  };

  const updateStatus: ApiServer['updateStatus'] = async (client, sent) => {
    const key = keyOf(sent);
    const live = get(key);
    const { resourceVersion } = sent.metadata;
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
      throw conflict(describe(key.kind, key.name));
    }
    const next = onlyStatus(key.kind, live, normalize(key.kind, sent));
    const by = writer(client, 'Update', next.apiVersion, 'status');
    const managedFields = trackUpdate(key.kind, live, next, by);
    const { apiVersion } = next;
    const write = {
      client,
      kind: key.kind,
      verb: 'updateStatus',
      live,
      next,
      managedFields,
      apiVersion,
    };
    faults.checkWrite(attempt(write), key.kind);
    return commit(write, live, { ...next, metadata: { ...next.metadata, managedFields } });
  };

  const patch: ApiServer['patch'] = (client, key, verb, change) =>
    retried(key, (live) => {
      const next = withDefaults(key.kind, normalize(key.kind, change(toJson(live))));
      const by = writer(client, 'Update', next.apiVersion);
      const managedFields = trackUpdate(key.kind, live, next, by);
      const { apiVersion } = next;
      return { client, kind: key.kind, verb, live, next, managedFields, apiVersion };
    });

  const apply: ApiServer['apply'] = async (client, sent, force) => {
    const key = keyOf(sent);
    const { kind } = key;
    const { status: _, ...body } = normalize(kind, sent);
    const config = body as LocalObject;
    const by = writer(client, 'Apply', config.apiVersion);
    const make = (live: LocalObject | undefined): Write => {
      const { object, managedFields } = serverSideApply(kind, live, config, by, force);
      const next = withDefaults(kind, object);
      const { apiVersion } = sent;
      return { client, kind, verb: 'apply', live, next, managedFields, apiVersion };
    };
    return find(key) ? retried(key, make) : insert(make(undefined));
  };

  const remove: ApiServer['delete'] = async (client, key, { uid, propagation } = {}) => {
    const live = get(key);
    const { kind } = key;
    const verb = 'delete';
    checkUid(key, live, uid);
    faults.checkWrite(attempt({ client, verb, kind, next: live }), kind);
    const next = markForDeletion(kind, live, propagation, rfc3339(clock.now()));
    if (isGone(next)) {
      store.remove(kind, live, { user: client.user, verb });
      return undefined;
    }
    if (jsonEqual(next, live)) return live;
    return store.put(kind, next, { user: client.user, verb });
  };

  return { find, get, create, update, updateStatus, patch, apply, delete: remove, warnings };
}
