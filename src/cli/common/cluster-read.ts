import type { DynamicEnv, ScopeEntry } from '../../api/dynamicenv.ts';
import { unreadableOf, unreadableText } from '../../api/unreadable.ts';
import { UsageError } from '../../errors.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { envWorkloads } from '../../kinds/dynamicenv/plan/workloads.ts';
import type { DecisionConfig } from '../../kinds/kinds.ts';
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

/** What was read from a cluster. */
export interface ClusterObjects {
  /** Everything but DynamicEnvs. */
  objects: KubeObject[];
  /** Sentences: what could not be read, and what that means for the answer. */
  notes: string[];
}

/** Reads the cluster's DynamicEnvs. If they cannot be listed: with `isNeeded` a UsageError, else a note. */
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

/** One list to read. If the API server refuses it, `instead` is read: a part is better than nothing. */
export interface ListRequest {
  resource: Resource;
  namespace?: string;
  /** What is missing if the list is refused. Absent: the list is required. */
  note?: string;
  instead?: ListRequest[];
}

/** Namespaces of which more is read than the envs need. */
export interface FurtherNamespaces {
  /** Of VirtualServices that merges name. */
  targets: readonly string[];
  /** Of VirtualEnvironments: their Services, workloads, VirtualServices and DestinationRules. */
  whole: readonly string[];
}

/**
 * Reads what decisions about these envs and about those of further namespaces depend on, with the user's own rights. A UsageError names
 * required rights that are missing.
 */
export async function readForEnvs(
  cluster: OpenCluster,
  envs: readonly DynamicEnv[],
  further: FurtherNamespaces,
  config: DecisionConfig,
): Promise<ClusterObjects> {
  const { objects, notes } = await readLists(cluster, requests(envs, further, config));
  const bases = await statefulSets(cluster, envs, objects);
  return { objects: uniqueObjects([...objects, ...bases]), notes };
}

/** Reads these lists with the user's own rights. A UsageError names required rights that are missing. */
export async function readLists(
  cluster: OpenCluster,
  list: readonly ListRequest[],
): Promise<ClusterObjects> {
  const outcomes = await Promise.all(list.map((request) => listOne(request, cluster)));
  const [first, ...others] = outcomes.flatMap(({ denied }) => denied);
  if (first !== undefined) throw missingRights([first, ...others], cluster);
  const all = uniqueObjects(outcomes.flatMap((outcome) => outcome.objects));
  // A VirtualService without a spec has no routes. It is left out, so that no other code has to handle it.
  const whole = all.filter((object) => object.kind !== 'VirtualService' || !isEmpty(object));
  const unreadable = whole.flatMap((object) => unreadableOf(object.kind, object) ?? []);
  return {
    objects: whole.filter((object) => unreadableOf(object.kind, object) === undefined),
    notes: [
      ...new Set(outcomes.flatMap(({ notes }) => notes)),
      ...unreadable.map((one) => `${unreadableText(one)} cannot be read, and is ignored`),
    ],
  };
}

function requests(
  envs: readonly DynamicEnv[],
  further: FurtherNamespaces,
  config: DecisionConfig,
): ListRequest[] {
  const workloads = envs.flatMap(envWorkloads);
  const inScope = unique(envs.flatMap(({ spec }) => (spec.scope ?? []).map(scopeNamespace)));
  const namespaces = unique([...namespacesOf(workloads), ...inScope]);
  const targets = [...further.targets, ...further.whole];
  const others = further.whole.filter((namespace) => !namespaces.includes(namespace));
  const each = (resource: Resource, list: readonly string[]): ListRequest[] =>
    list.map((namespace) => ({ resource, namespace }));
  return [
    ...each(DEPLOYMENTS, [...namespaces, ...others]),
    ...each(SERVICES, [...namespaces, ...others]),
    ...each(STATEFUL_SETS, unique([...further.whole, ...inScope])),
    ...ruleRequests(namespaces, config.ruleNamespaces),
    ...each(DESTINATION_RULES, others),
    ...(namespaces.length === 0 && targets.length > 0
      ? each(VIRTUAL_SERVICES, unique(targets))
      : [everyVirtualService(namespaces, targets)]),
  ];
}

function everyVirtualService(namespaces: readonly string[], targets: readonly string[]) {
  const note = `VirtualServices outside of namespaces ${namespaces.join(', ')}; those that route to these namespaces may get routes too, or be unguarded`;
  const instead = unique([...namespaces, ...targets]).map((namespace) => ({
    resource: VIRTUAL_SERVICES,
    namespace,
  }));
  return { resource: VIRTUAL_SERVICES, note, instead };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
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

/** StatefulSets with the name of a missing base, so that the status can say what they are. A refused read is ignored. */
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
  return uniqueObjects(
    got.flatMap((one) =>
      one !== 'unserved' && 'object' in one && one.object !== undefined ? [one.object] : [],
    ),
  );
}

function scopeNamespace({ namespace }: ScopeEntry): string {
  return namespace;
}

function namespacesOf(workloads: readonly { workload: { namespace: string } }[]): string[] {
  return unique(workloads.map(({ workload }) => workload.namespace));
}

/** Each object once: lists may overlap. */
function uniqueObjects(objects: readonly KubeObject[]): KubeObject[] {
  const key = ({ kind, metadata }: KubeObject) =>
    `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  return [...new Map(objects.map((object) => [key(object), object])).values()];
}

function unserved(resource: Resource, { server }: OpenCluster, advice: string): UsageError {
  const what = `${resourceName(resource)} in version ${resource.apiVersion.split('/').at(-1)}`;
  return new UsageError(`the API server ${server} does not serve ${what}; ${advice}`);
}
