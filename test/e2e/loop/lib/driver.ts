import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import type {
  Driver,
  FaultSpec,
  ManifestVerb,
  WriteOptions,
} from '../../../scenarios/lib/driver.ts';
import { type Api, ApiFailure } from '../../control-plane/api.ts';
import { followHistory } from '../../lib/history.ts';
import { collectionOf } from '../../lib/kinds.ts';
import { allObjects, latestVersion } from '../../lib/objects.ts';
import type { Stage } from '../../lib/system.ts';
import { refuseWrites } from '../../lib/write-faults.ts';
import { clean } from './clean.ts';

const VERBS: Record<ManifestVerb, readonly string[]> = {
  apply: ['apply'],
  create: ['create'],
  replace: ['replace'],
  serverSideApply: ['apply', '--server-side'],
};

type Lift = () => unknown;

/**
 * Runs the steps of a scenario on a real cluster, and reads its objects. It ignores objects that existed before the
 * scenario. `close` lifts all faults and removes what the scenario created.
 */
export async function clusterDriver(stage: Stage): Promise<Driver> {
  const { cluster } = stage;
  const { api, kubectl } = cluster;
  const before = new Set((await allObjects(api)).map(({ metadata }) => metadata.uid));
  const eventsFrom = await latestVersion(api);
  const history = await followHistory(api);
  /** Resource version after the last step. A new watch reports only later writes. */
  let latest = eventsFrom;
  const know = async () => {
    latest = await latestVersion(api);
  };
  const lifts = new Set<Lift>();
  const isOurs = ({ metadata }: LocalObject) => !before.has(metadata.uid);
  /**
   * Creates the namespace and the service account that an object needs. Scenarios do not create them, because the
   * in-memory cluster does not require them.
   */
  const createWhatItNeeds = async (namespace: string | undefined, object: Partial<LocalObject>) => {
    if (namespace === undefined) return;
    const root = '/api/v1/namespaces';
    before.add(await createNew(api, root, namespace));
    const account = serviceAccountOf(object);
    if (account !== undefined)
      await createNew(api, `${root}/${namespace}/serviceaccounts`, account);
  };
  return {
    write: async (verb, object, options) => {
      await createWhatItNeeds(object.metadata.namespace, object);
      const args = [...VERBS[verb], '-f', '-', ...who(options)];
      if (verb === 'serverSideApply') {
        if (options.manager !== undefined) args.push(`--field-manager=${options.manager}`);
        if (options.force === true) args.push('--force-conflicts');
      }
      await kubectl(args, { input: object });
      await know();
    },
    patch: async ({ kind, namespace, name }, patch, options) => {
      await createWhatItNeeds(namespace, patch);
      const target = [collectionOf(kind).resource, name, ...inNamespace(namespace)];
      // A file, because some patches are longer than the maximum length of a command-line argument.
      const file = join(cluster.folder, 'patch.json');
      await writeFile(file, JSON.stringify(patch));
      const change = ['--type=merge', `--patch-file=${file}`];
      await kubectl(['patch', ...target, ...change, ...who(options)]);
      await know();
    },
    delete: async ({ kind, namespace, name }, cascade, options) => {
      const target = [collectionOf(kind).resource, name, ...inNamespace(namespace)];
      await kubectl(['delete', ...target, `--cascade=${cascade}`, '--wait=false', ...who(options)]);
      await know();
    },
    objects: async () => {
      await history.caughtUp();
      await know();
      return (await allObjects(api)).filter(isOurs);
    },
    events: async () => {
      const events = await warnings(stage);
      return events.filter(({ at }) => at > eventsFrom).map(({ message }) => message);
    },
    watch: (listener) =>
      history.watch(latest, (objects, { object }) => {
        if (isOurs(object)) listener(objects.filter(isOurs));
      }),
    advance: (seconds) => sleep(seconds * 1000),
    syncs: () => stage.service.syncs(),
    fault: async (fault) => {
      const undo = await injectFault(stage, fault);
      lifts.add(undo);
      return async () => {
        lifts.delete(undo);
        await undo();
      };
    },
    close: async () => {
      history.stop();
      for (const lift of lifts) await lift();
      await clean(stage, isOurs);
    },
  };
}

/** Creates an object. Returns its uid; undefined if an object with that name exists. */
async function createNew(api: Api, path: string, name: string): Promise<string | undefined> {
  try {
    const body = { metadata: { name } };
    return (await api.call<LocalObject>('POST', path, { body })).metadata.uid;
  } catch (error) {
    if (error instanceof ApiFailure && error.code === 409) return undefined;
    throw error;
  }
}

function serviceAccountOf({ spec }: Partial<LocalObject>): string | undefined {
  const { template } = (spec ?? {}) as {
    template?: { spec?: { serviceAccountName?: string } };
  };
  return template?.spec?.serviceAccountName;
}

/**
 * Flags to impersonate the user of a step. All have all permissions (system:masters): other tests check permissions.
 */
function who({ as = 'developer' }: WriteOptions): string[] {
  return [`--as=${as}`, '--as-group=system:masters'];
}

function inNamespace(namespace: string | undefined): string[] {
  return namespace === undefined ? [] : [`--namespace=${namespace}`];
}

async function injectFault(stage: Stage, fault: FaultSpec): Promise<Lift> {
  const { cluster, service, pods } = stage;
  const { hook, mode, message, times, webhook, write } = fault;
  if (mode === 'conflict') throw new Error('a real cluster has no fault of mode "conflict"');
  const lifts: Lift[] = [];
  if (hook !== undefined) {
    const how = { ...(mode && { mode }), ...(message && { message }), ...(times && { times }) };
    lifts.push(service.failHook(hook, how));
  }
  if (webhook !== undefined) lifts.push(await service.loseWebhook());
  if (fault.pods !== undefined) lifts.push(pods.failPods(fault.pods));
  if (write !== undefined) lifts.push(await refuseWrites(cluster, write, message));
  return async () => {
    for (const lift of lifts) await lift();
  };
}

interface EventList {
  metadata: { resourceVersion: string };
  items: { type: string; message: string; metadata: { resourceVersion: string } }[];
}

const events = ({ cluster }: Stage) => cluster.api.call<EventList>('GET', '/api/v1/events');

async function warnings(stage: Stage): Promise<{ at: number; message: string }[]> {
  return (await events(stage)).items
    .filter(({ type }) => type === 'Warning')
    .map(({ message, metadata }) => ({ at: Number(metadata.resourceVersion), message }))
    .sort((one, other) => one.at - other.at);
}
