import { jsonEqual } from '../../k8s/canonical.ts';
import { rfc3339 } from '../../k8s/time.ts';
import { conflict, notFound } from '../errors.ts';
import { describe } from '../kinds.ts';
import { type LocalObject, toJson } from '../object.ts';
import { withDefaults } from './defaults.ts';
import { trackUpdate, type Writer } from './managed-fields.ts';
import { normalize } from './normalize.ts';
import { serverSideApply } from './server-side-apply.ts';
import { type ApiServer, type Client, keyIn, type ObjectKey, type Write } from './types.ts';
import { createWritePath, type Parts } from './write-path.ts';
import { isGone, markForDeletion, onlyStatus } from './write-rules.ts';

const PATCH_TRIES = 5;

function checkUid({ kind, name }: ObjectKey, live: LocalObject, uid: string | undefined): void {
  if (uid === undefined || uid === live.metadata.uid) return;
  throw conflict(describe(kind, name), `the UID in the precondition (${uid}) differs`);
}

function withoutStatus({ status: _, ...rest }: LocalObject): LocalObject {
  return rest;
}

/** Only the status subresource writes a status: other writes do not make their manager an owner of its fields. */
function withStatusOf(live: LocalObject, sent: LocalObject): LocalObject {
  const rest = withoutStatus(sent);
  return live.status === undefined ? rest : { ...rest, status: live.status };
}

export function createApiServer(parts: Parts): ApiServer {
  const { clock, store, kinds, defaults } = parts;
  const path = createWritePath(parts);

  const keyOf: ApiServer['keyOf'] = (object) => keyIn(kinds, object);

  const find: ApiServer['find'] = ({ kind, namespace, name }) => store.get(kind, namespace, name);

  const get: ApiServer['get'] = (key) => {
    const found = find(key);
    if (found) return found;
    throw notFound(describe(key.kind, key.name));
  };

  const writer = (
    { manager }: Client,
    operation: Writer['operation'],
    { apiVersion }: LocalObject,
  ): Writer => ({ manager, operation, apiVersion, time: rfc3339(clock.now()) });

  const retried = async (
    key: ObjectKey,
    make: (live: LocalObject) => Write,
  ): Promise<LocalObject> => {
    for (let tries = 0; tries < PATCH_TRIES; tries += 1) {
      const live = get(key);
      const done = await path.replace(make(live), live);
      if (done) return done;
    }
    throw conflict(describe(key.kind, key.name));
  };

  const create: ApiServer['create'] = (client, sent) => {
    const kind = kinds.kindOf(sent);
    const next = withDefaults(kind, withoutStatus(normalize(kind, sent)), defaults);
    const managedFields = trackUpdate(kind, undefined, next, writer(client, 'Update', next));
    const { apiVersion } = sent;
    const write = { client, kind, live: undefined, next, managedFields, apiVersion };
    return path.insert({ ...write, verb: 'create' });
  };

  const update: ApiServer['update'] = async (client, sent) => {
    const key = keyOf(sent);
    const { kind } = key;
    const live = get(key);
    const { uid, resourceVersion: expected } = sent.metadata;
    checkUid(key, live, uid);
    const next = withDefaults(kind, normalize(kind, sent), defaults);
    const by = writer(client, 'Update', next);
    const managedFields = trackUpdate(kind, live, withStatusOf(live, next), by);
    const { apiVersion } = sent;
    const write = { client, kind, live, next, managedFields, apiVersion, expected };
    const done = await path.replace({ ...write, verb: 'update' }, live);
    if (done) return done;
    throw conflict(describe(kind, key.name));
  };

  const updateStatus: ApiServer['updateStatus'] = async (client, sent) => {
    const key = keyOf(sent);
    const { kind } = key;
    const live = get(key);
    const { resourceVersion } = sent.metadata;
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
      throw conflict(describe(kind, key.name));
    }
    const next = onlyStatus(kind, live, normalize(kind, sent));
    const by = { ...writer(client, 'Update', next), subresource: 'status' };
    const managedFields = trackUpdate(kind, live, next, by);
    const { apiVersion } = next;
    const verb = 'updateStatus';
    const write = { client, kind, verb, live, next, managedFields, apiVersion };
    path.checkFaults(write);
    return path.commit(write, live, { ...next, metadata: { ...next.metadata, managedFields } });
  };

  const patch: ApiServer['patch'] = (client, key, change) =>
    retried(key, (live) => {
      const { kind } = key;
      const sent = withStatusOf(live, change(toJson(live)));
      const next = withDefaults(kind, normalize(kind, sent), defaults);
      const managedFields = trackUpdate(kind, live, next, writer(client, 'Update', next));
      const { apiVersion } = next;
      return { client, kind, verb: 'patch', live, next, managedFields, apiVersion };
    });

  const apply: ApiServer['apply'] = async (client, sent, force) => {
    const key = keyOf(sent);
    const { kind } = key;
    const config = withoutStatus(normalize(kind, sent));
    const by = writer(client, 'Apply', config);
    const make = (live: LocalObject | undefined): Write => {
      const { object, managedFields } = serverSideApply(kind, live, config, by, force);
      const next = withDefaults(kind, object, defaults);
      const { apiVersion } = sent;
      return { client, kind, verb: 'apply', live, next, managedFields, apiVersion };
    };
    return find(key) ? retried(key, make) : path.insert(make(undefined));
  };

  const remove: ApiServer['delete'] = async (client, key, { uid, propagation } = {}) => {
    const live = get(key);
    const { kind } = key;
    const verb = 'delete';
    const author = { user: client.user, verb };
    checkUid(key, live, uid);
    path.checkFaults({ client, verb, kind, next: live });
    const next = markForDeletion(kind, live, propagation, rfc3339(clock.now()));
    if (isGone(next)) {
      store.remove(kind, live, author);
      return undefined;
    }
    return jsonEqual(next, live) ? live : store.put(kind, next, author);
  };

  const { warnings } = path;
  return {
    kinds,
    keyOf,
    find,
    get,
    create,
    update,
    updateStatus,
    patch,
    apply,
    delete: remove,
    warnings,
  };
}
