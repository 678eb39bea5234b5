import type { CrdValidator } from '../../crd/schema.ts';
import { UsageError } from '../../errors.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Deployment } from '../../k8s/workload.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { type OpenCluster, openCluster } from '../../kube-client/open.ts';
import { envOfObject } from '../../trace/env-object.ts';
import { DEPLOYMENTS, SERVICES, SUBSCRIBERS } from '../common/cluster-kinds.ts';
import { type ClusterObjects, readEnvs, readLists } from '../common/cluster-read.ts';
import type { Manifest } from '../common/manifests.ts';
import { missingRights } from '../common/missing-rights.ts';
import { environmentsNeeded, type TraceInput, withFiles } from './input.ts';
import type { MessageOptions } from './message-options.ts';
import { readForTrace } from './read-objects.ts';

type Load = (namespace: string | undefined) => Promise<Manifest[]>;

/** The objects that decide about a message: as they are in the cluster, or as they would be with these files after it has settled. */
export async function messageCluster(
  load: Load,
  access: ClusterOptions,
  options: MessageOptions,
  validator: CrdValidator,
): Promise<TraceInput> {
  const open = await openCluster(access, process.env);
  const title = `On the cluster of context ${open.context} (${open.server})`;
  const { namespace } = options.to;
  if (options.files.length === 0) {
    return { ...(await readPresent(open, namespace)), title, namespace };
  }
  const manifests = await load(open.namespace);
  const read = await readForTrace(open, [namespace]);
  const layers = await environmentsNeeded(open, manifests, read.objects);
  const all = [...read.objects, ...read.unseenMerges, ...layers.objects];
  const { objects, notes } = await withFiles(all, manifests, options, validator);
  return {
    objects,
    notes: [...read.notes, ...layers.notes, ...notes],
    title: `${title}, with the files applied; all phases are those after it has settled`,
    namespace,
  };
}

async function readPresent(open: OpenCluster, namespace: string): Promise<ClusterObjects> {
  const requests = [DEPLOYMENTS, SERVICES].map((resource) => ({ resource, namespace }));
  const [needed, subscribers, { envs, notes }] = await Promise.all([
    readLists(open, requests),
    readSubscribers(open),
    readEnvs(open, true),
  ]);
  return {
    objects: [...needed.objects, ...subscribers, ...envs],
    notes: [...needed.notes, ...notes],
  };
}

async function readSubscribers(open: OpenCluster): Promise<KubeObject[]> {
  const listed = await open.reader.list(SUBSCRIBERS);
  if (listed === 'unserved') {
    throw new UsageError(
      `the API server ${open.server} does not serve subscribers.riskified.com; install crds/`,
    );
  }
  if ('objects' in listed) return listed.objects;
  throw missingRights([listed.denied], open);
}

/** The base. Throws a UsageError that says what there is instead. */
export function baseOf(
  { namespace, name }: MessageOptions['to'],
  objects: readonly KubeObject[],
): Deployment {
  const deployments = objects.filter(({ kind }) => kind === 'Deployment') as Deployment[];
  const found = deployments.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  if (found === undefined) {
    const names = deployments
      .filter((one) => envOfObject(one) === undefined)
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    const known =
      names.length === 0 ? 'there is none at all' : `there are ${names.slice(0, 8).join(', ')}`;
    throw new UsageError(`--to: no Deployment ${namespace}/${name} among the objects; ${known}`);
  }
  const env = envOfObject(found);
  if (env === undefined) return found;
  throw new UsageError(
    `--to: Deployment ${namespace}/${name} is a clone of env ${env}; name its base, since both consume the same topics`,
  );
}
