import type { LocalObject } from '../../../../../src/simulator/object.ts';
import { contentDifferences } from '../../../../property/lib/twin.ts';
import type { Api } from '../../../control-plane/api.ts';
import { COLLECTIONS } from '../../../lib/kinds.ts';
import { allObjects } from '../../../lib/objects.ts';

interface List {
  items: LocalObject[];
}

/**
 * Differences between a namespace and its twin, as texts. The twin got the same writes of the user, but has no env.
 * `beside` returns the namespace to compare for each of the two names; by default that is the namespace with this name.
 */
export async function twinDifferences(
  api: Api,
  { env, twin }: { env: string; twin: string },
  beside = (namespace: string) => namespace,
): Promise<string[]> {
  const all = await allObjects(api);
  const within = (name: string) =>
    all.filter(({ metadata }) => metadata.namespace === beside(name));
  const [ours, theirs] = await Promise.all([workers(api, beside(env)), workers(api, beside(twin))]);
  const renamed = JSON.parse(JSON.stringify(within(twin)).replaceAll(twin, env));
  return [
    ...contentDifferences(within(env), renamed),
    ...(ours === theirs ? [] : [`${env} has ${ours}, ${twin} ${theirs}`]),
  ];
}

/** The number of ReplicaSets and pods. Only the numbers are compared, because the names contain hashes. */
async function workers(api: Api, namespace: string): Promise<string> {
  const path = `namespaces/${namespace}`;
  const [sets, pods] = await Promise.all([
    api.call<List>('GET', `/apis/apps/v1/${path}/replicasets`),
    api.call<List>('GET', `/api/v1/${path}/pods`),
  ]);
  return `${sets.items.length} ReplicaSets and ${pods.items.length} pods`;
}

/** Names of all objects of our kinds in the cluster. */
export async function clusterScoped(api: Api): Promise<string[]> {
  const kinds = COLLECTIONS.filter(({ apiVersion }) => apiVersion.startsWith('riskified.com/'));
  const lists = await Promise.all(kinds.map(({ path }) => api.call<List>('GET', path)));
  return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
}
