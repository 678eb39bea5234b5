import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { unreadOf, unreadText } from '../../api/unread.ts';
import { UsageError } from '../../errors.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { envWorkloads } from '../../kinds/dynamicenv/plan/workloads.ts';
import type { DecisionConfig } from '../../kinds/dynamicenv/settings.ts';
import type { Denied } from '../../kube-client/denied.ts';
import type { OpenCluster } from '../../kube-client/open.ts';
import { type Resource, resourceName } from '../../kube-client/reader.ts';
import { isEmpty } from './check-object.ts';
import {
  DEPLOYMENTS,
  DESTINATION_RULES,
  DYNAMIC_ENVS,
  SERVICES,
  STATEFUL_SETS,
  VIRTUAL_SERVICES,
} from './cluster-kinds.ts';
import { missingRights, notSeen } from './missing-rights.ts';

/** What was read of a cluster. */
export interface ClusterObjects {
  /** Everything but DynamicEnvs. */
  objects: KubeObject[];
  /** What could not be seen and what that means, in sentences. */
  notes: string[];
}

/** The cluster's DynamicEnvs. `isNeeded`: without them there is no answer; else it is noted that they were not seen. */
export async function readEnvs(
  cluster: OpenCluster,
  isNeeded: boolean,
): Promise<{ envs: DynamicEnv[]; notes: string[] }> {
  const listed = await cluster.reader.list(DYNAMIC_ENVS);
  if (listed === 'unserved') {
    if (isNeeded) throw unserved(DYNAMIC_ENVS, cluster, 'install crds/');
    const note =
      'DynamicEnv is not installed in this cluster; this shows what would happen if it were';
    return { envs: [], notes: [note] };
  }
  if ('objects' in listed) return { envs: listed.objects as DynamicEnv[], notes: [] };
  if (isNeeded) throw missingRights([listed.denied], cluster);
  return {
    envs: [],
    notes: [notSeen(listed.denied, 'other DynamicEnvs, which may take the same requests first')],
  };
}

/** One list that is needed; `instead`: asked when it is refused, since part of the answer is better than none. */
export interface ListRequest {
  resource: Resource;
  namespace?: string;
  /** What is said when it is refused; without it, the list is needed. */
  note?: string;
  instead?: ListRequest[];
}

/** What the decisions about these envs look at, with the user's own rights; a UsageError names those that are needed and missing. */
export async function readForEnvs(
  cluster: OpenCluster,
  envs: readonly DynamicEnv[],
  config: DecisionConfig,
): Promise<ClusterObjects> {
  const { objects, notes } = await readLists(cluster, requests(envs, config));
  const strangers = await statefulSets(cluster, envs, objects);
  return { objects: [...objects, ...strangers], notes };
}

/** These lists, with the user's own rights; a UsageError names those that are needed and missing. */
export async function readLists(
  cluster: OpenCluster,
  list: readonly ListRequest[],
): Promise<ClusterObjects> {
  const outcomes = await Promise.all(list.map((request) => listOne(request, cluster)));
  const [first, ...others] = outcomes.flatMap(({ denied }) => denied);
  if (first !== undefined) throw missingRights([first, ...others], cluster);
  const all = unique(outcomes.flatMap((outcome) => outcome.objects));
  // A VirtualService without a spec has no routes, and is read as such in a cluster; nothing here is to stumble over it.
  const whole = all.filter((object) => object.kind !== 'VirtualService' || !isEmpty(object));
  const unread = whole.flatMap((object) => unreadOf(object.kind, object) ?? []);
  return {
    objects: whole.filter((object) => unreadOf(object.kind, object) === undefined),
    notes: [
      ...new Set(outcomes.flatMap(({ notes }) => notes)),
      ...unread.map((one) => `${unreadText(one)} cannot be read, and is not looked at`),
    ],
  };
}

function requests(envs: readonly DynamicEnv[], config: DecisionConfig): ListRequest[] {
  const workloads = envs.flatMap(envWorkloads);
  const namespaces = namespacesOf(workloads);
  const each = (resource: Resource, list: readonly string[]): ListRequest[] =>
    list.map((namespace) => ({ resource, namespace }));
  return [
    ...each(DEPLOYMENTS, namespaces),
    ...each(SERVICES, namespaces),
    ...ruleRequests(namespaces, config.ruleNamespaces),
    {
      resource: VIRTUAL_SERVICES,
      note: `VirtualServices outside of namespaces ${namespaces.join(', ')}; those that route there may carry routes too, or be unguarded`,
      instead: each(VIRTUAL_SERVICES, namespaces),
    },
  ];
}

function ruleRequests(
  namespaces: readonly string[],
  ruleNamespaces: readonly string[],
): ListRequest[] {
  const own = namespaces.map((namespace) => ({ resource: DESTINATION_RULES, namespace }));
  if (namespaces.length === 0) return [];
  if (ruleNamespaces.includes('*')) {
    const note = `DestinationRules outside of namespaces ${namespaces.join(', ')}, which --rule-namespaces asks for`;
    return [{ resource: DESTINATION_RULES, note, instead: own }];
  }
  const more = ruleNamespaces.filter((namespace) => !namespaces.includes(namespace));
  return [
    ...own,
    ...more.map((namespace) => ({
      resource: DESTINATION_RULES,
      namespace,
      note: `DestinationRules of namespace ${namespace}, which --rule-namespaces asks for`,
    })),
  ];
}

interface ListOutcome extends ClusterObjects {
  denied: Denied[];
}

async function listOne(request: ListRequest, cluster: OpenCluster): Promise<ListOutcome> {
  const { resource, namespace, note, instead = [] } = request;
  const scope = namespace === undefined ? {} : { namespace };
  const listed = await cluster.reader.list(resource, scope);
  if (listed === 'unserved') throw unserved(resource, cluster, 'is Istio ≥ 1.24 installed?');
  if ('objects' in listed) return { objects: listed.objects, notes: [], denied: [] };
  if (note === undefined) return { objects: [], notes: [], denied: [listed.denied] };
  const parts = await Promise.all(instead.map((one) => listOne(one, cluster)));
  return {
    objects: parts.flatMap(({ objects }) => objects),
    notes: [notSeen(listed.denied, note)],
    denied: parts.flatMap(({ denied }) => denied),
  };
}

/** A base that is no Deployment may be a StatefulSet, which deserves other words. Who may not look learns less, no more. */
async function statefulSets(
  { reader }: OpenCluster,
  envs: readonly DynamicEnv[],
  objects: readonly KubeObject[],
): Promise<KubeObject[]> {
  const missing = envs
    .flatMap(envWorkloads)
    .filter(
      ({ workload }) =>
        !objects.some(
          ({ kind, metadata }) =>
            kind === 'Deployment' &&
            metadata.namespace === workload.namespace &&
            metadata.name === workload.name,
        ),
    );
  const got = await Promise.all(
    missing.map(({ workload }) => reader.get(STATEFUL_SETS, workload.name, workload.namespace)),
  );
  return unique(
    got.flatMap((one) =>
      one !== 'unserved' && 'object' in one && one.object !== undefined ? [one.object] : [],
    ),
  );
}

function namespacesOf(workloads: readonly { workload: { namespace: string } }[]): string[] {
  return [...new Set(workloads.map(({ workload }) => workload.namespace))].sort();
}

/** Two lists may overlap: each object once. */
function unique(objects: readonly KubeObject[]): KubeObject[] {
  const key = ({ kind, metadata }: KubeObject) =>
    `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  return [...new Map(objects.map((object) => [key(object), object])).values()];
}

function unserved(resource: Resource, { server }: OpenCluster, advice: string): UsageError {
  const what = `${resourceName(resource)} in version ${resource.apiVersion.split('/').at(-1)}`;
  return new UsageError(`the API server ${server} does not serve ${what}; ${advice}`);
}
