import { VIRTUAL_ENVIRONMENT_KIND } from '../../../../src/api/virtualenvironment.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { decisionConfig } from '../../../scenarios/lib/scenario.ts';
import type { Cluster } from '../../control-plane/control-plane.ts';
import { until } from '../../control-plane/poll.ts';
import { collectionWith } from '../../lib/kinds.ts';
import { allObjects } from '../../lib/objects.ts';
import type { Stage } from '../../lib/system.ts';

const PATIENCE_SECONDS = 60;
/** Kinds whose objects go only when their children have left. */
const WITH_FINALIZERS = ['DynamicEnv', VIRTUAL_ENVIRONMENT_KIND];
const IN_A_HURRY = decisionConfig({ drainSeconds: 0, settleSeconds: 0 });

/**
 * Removes what a scenario created (`isOurs`), so that the next one starts with the same cluster; empty namespaces stay.
 * DynamicEnvs and VirtualEnvironments must finish their removal without help. If one does not, its scenario fails, and then its finalizers are
 * removed.
 */
export async function clean(
  { cluster, service }: Stage,
  isOurs: (object: LocalObject) => boolean,
): Promise<void> {
  await service.configure(IN_A_HURRY);
  const remains = async () =>
    (await allObjects(cluster.api)).filter(
      (object) => object.kind !== 'Namespace' && isOurs(object),
    );
  const all = await remains();
  const envs = ({ kind }: LocalObject) => WITH_FINALIZERS.includes(kind);
  // VirtualServices are deleted together with the envs: then the removal does not wait for routes to leave.
  const first = all.filter((object) => envs(object) || object.kind === 'VirtualService');
  for (const object of first) await remove(cluster, object);
  const stuck = await gone(async () => (await remains()).filter(envs));
  for (const object of await remains()) await remove(cluster, object);
  const left = (await gone(remains)) ?? (await gone(() => podsBeside(cluster, all)));
  if (stuck === undefined && left === undefined) return;
  for (const object of await remains()) await stripFinalizers(cluster, object);
  throw new Error(`not removed without help: ${stuck ?? left}`);
}

/** All pods in the namespaces of these objects. */
async function podsBeside({ api }: Cluster, all: readonly LocalObject[]): Promise<LocalObject[]> {
  const namespaces = new Set(all.map(({ metadata }) => metadata.namespace));
  const { items } = await api.call<{ items: LocalObject[] }>('GET', '/api/v1/pods');
  return items.filter(({ metadata }) => namespaces.has(metadata.namespace));
}

function pathOf(object: LocalObject): string {
  const { path } = collectionWith(object);
  const { namespace, name } = object.metadata;
  if (namespace === undefined) return `${path}/${name}`;
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash)}/namespaces/${namespace}${path.slice(slash)}/${name}`;
}

async function remove({ api }: Cluster, object: LocalObject): Promise<void> {
  const body = { propagationPolicy: 'Background' };
  // An error is ignored: if the object still exists afterwards, `gone` reports it.
  await api.call('DELETE', pathOf(object), { body }).catch(() => undefined);
}

async function stripFinalizers({ api }: Cluster, object: LocalObject): Promise<void> {
  const body = { metadata: { finalizers: null } };
  const contentType = 'application/merge-patch+json';
  await api.call('PATCH', pathOf(object), { body, contentType }).catch(() => undefined);
}

/** Waits until no object is left. Returns undefined, or after 60 s a text with the objects that are left. */
async function gone(remains: () => Promise<LocalObject[]>): Promise<string | undefined> {
  const names = async () => {
    const all = await remains();
    if (all.length === 0) return undefined;
    return all.map(({ kind = 'Pod', metadata }) => `${kind} ${metadata.name}`).join(', ');
  };
  return until(PATIENCE_SECONDS, names).then(
    () => undefined,
    (error: Error) => error.message,
  );
}
