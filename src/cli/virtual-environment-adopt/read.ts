import {
  VIRTUAL_ENVIRONMENT_GROUP,
  VIRTUAL_ENVIRONMENT_KIND,
  VIRTUAL_ENVIRONMENT_VERSION,
  type VirtualEnvironment,
} from '../../api/virtualenvironment.ts';
import { UsageError } from '../../errors.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { type OpenCluster, openCluster } from '../../kube-client/open.ts';
import type { Resource } from '../../kube-client/reader.ts';
import { DEPLOYMENTS, DESTINATION_RULES, VIRTUAL_SERVICES } from '../common/cluster-kinds.ts';
import { readLists } from '../common/cluster-read.ts';
import { loadManifests } from '../common/manifests.ts';
import { missingRights, notSeen } from '../common/missing-rights.ts';
import type { AdoptOptions } from './options.ts';

/** Label of the namespaces whose pods the operator's webhook changes. */
export const INJECTION_LABEL = 'environment-tag-injection';

export interface AdoptObjects {
  environments: VirtualEnvironment[];
  /** VirtualServices and DestinationRules. */
  routing: KubeObject[];
  deployments: KubeObject[];
  /** Names of the namespaces with the webhook's label. */
  injected: string[];
  /** Are these the VirtualEnvironments of all namespaces? */
  isWhole: boolean;
  /** Sentences: what could not be read, or is ignored. */
  notes: string[];
}

const VIRTUAL_ENVIRONMENTS: Resource = {
  apiVersion: `${VIRTUAL_ENVIRONMENT_GROUP}/${VIRTUAL_ENVIRONMENT_VERSION}`,
  kind: VIRTUAL_ENVIRONMENT_KIND,
  plural: 'virtualenvironments',
  isNamespaced: true,
};
const NAMESPACES: Resource = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  isNamespaced: false,
};

export async function readAdoptObjects(options: AdoptOptions): Promise<AdoptObjects> {
  const { files, namespace, cluster } = options;
  if (cluster !== undefined) return fromCluster(cluster, namespace);
  const notes: string[] = [];
  const warn = (text: string) => void notes.push(text);
  const manifests = await loadManifests(files, {}, namespace, warn, true);
  return { ...sorted(manifests.map(({ object }) => object)), isWhole: true, notes };
}

function sorted(objects: readonly KubeObject[]): Omit<AdoptObjects, 'isWhole' | 'notes'> {
  const ofKind = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind));
  return {
    environments: ofKind(VIRTUAL_ENVIRONMENT_KIND) as VirtualEnvironment[],
    routing: ofKind(VIRTUAL_SERVICES.kind, DESTINATION_RULES.kind),
    deployments: ofKind(DEPLOYMENTS.kind),
    injected: ofKind(NAMESPACES.kind)
      .filter(({ metadata }) => metadata.labels?.[INJECTION_LABEL] !== undefined)
      .map(({ metadata }) => metadata.name),
  };
}

async function fromCluster(
  access: ClusterOptions,
  namespace: string | undefined,
): Promise<AdoptObjects> {
  const open = await openCluster(access, process.env);
  const environments = await readEnvironments(open, namespace);
  const namespaces = [
    ...new Set(environments.flatMap(({ metadata }) => metadata.namespace ?? [])),
  ].sort();
  const [{ objects, notes }, labelled] = await Promise.all([
    readLists(
      open,
      namespaces.flatMap((name) => [
        { resource: VIRTUAL_SERVICES, namespace: name },
        { resource: DESTINATION_RULES, namespace: name },
        { resource: DEPLOYMENTS, namespace: name },
      ]),
    ),
    open.reader.list(NAMESPACES, { label: INJECTION_LABEL }),
  ]);
  const { injected } = sorted(
    labelled !== 'unserved' && 'objects' in labelled ? labelled.objects : [],
  );
  const unseen =
    labelled !== 'unserved' && 'denied' in labelled
      ? [notSeen(labelled.denied, `which namespaces have the label ${INJECTION_LABEL}`)]
      : [];
  return {
    ...sorted(objects),
    environments,
    injected,
    isWhole: namespace === undefined,
    notes: [...notes, ...unseen],
  };
}

async function readEnvironments(
  open: OpenCluster,
  namespace: string | undefined,
): Promise<VirtualEnvironment[]> {
  const listed = await open.reader.list(
    VIRTUAL_ENVIRONMENTS,
    namespace === undefined ? {} : { namespace },
  );
  if (listed === 'unserved') {
    throw new UsageError(
      `the API server ${open.server} does not serve VirtualEnvironments in version ${VIRTUAL_ENVIRONMENT_VERSION}: neither the operator nor DynamicEnv with this kind is installed`,
    );
  }
  if ('denied' in listed) throw missingRights([listed.denied], open);
  return listed.objects as VirtualEnvironment[];
}
