import { fqdn, hostSubsetOf } from '../istio/host.ts';
import { namespaceOf } from '../istio/objects.ts';
import { subsetsOf } from '../istio/subset-lookup.ts';
import { matchesSelector } from '../k8s/selector.ts';
import type { Service } from '../k8s/workload.ts';
import type { Workload } from '../trace/workloads.ts';
import { type Levels, NO_LEVELS } from './levels.ts';
import { type MeshObjects, workloadName } from './mesh-objects.ts';
import type { PictureNode, PictureSettings } from './types.ts';

/** A Service with the workloads behind it, as the picture shows it. */
export interface Card {
  id: string;
  /** Fully qualified. */
  host: string;
  namespace: string;
  name: string;
  versions: Version[];
  /** Its subsets, as clients in its own namespace see them. */
  subsets: CardSubset[];
}

export interface Version {
  /** Id of its node. */
  id: string;
  workload: Workload;
}

export interface CardSubset {
  name: string;
  /** Ids of the versions whose pods it selects. */
  versions: string[];
}

export function namespaceId(namespace: string): string {
  return `namespace ${namespace}`;
}

export function cardsOf(mesh: MeshObjects, { clusterDomain }: PictureSettings): Card[] {
  return mesh.services.map((service) => {
    const namespace = namespaceOf(service);
    const { name } = service.metadata;
    const host = fqdn(name, namespace, clusterDomain);
    const versions = mesh.workloads
      .filter((workload) => isBehind(workload, service))
      .map((workload) => ({
        id: versionId(host, workload.kind, workloadName(workload)),
        workload,
      }));
    // Merging is expensive, and only rules for this host can matter.
    const rules = mesh.rules.filter((rule) =>
      hostSubsetOf(host, fqdn(rule.spec.host, namespaceOf(rule), clusterDomain)),
    );
    const lookedUp = subsetsOf({ host, namespace }, { namespace }, rules, { clusterDomain });
    const subsets = lookedUp.map((subset) => ({
      name: subset.name,
      versions: versions
        .filter(({ workload }) => isOf(workload, subset.labels))
        .map(({ id }) => id),
    }));
    return { id: `service ${host}`, host, namespace, name, versions, subsets };
  });
}

/** A Service without a selector selects nothing. */
function isBehind(workload: Workload, service: Service): boolean {
  const selector = service.spec?.selector ?? {};
  return (
    workload.namespace === namespaceOf(service) &&
    Object.keys(selector).length > 0 &&
    isOf(workload, selector)
  );
}

function isOf({ labels }: Workload, wanted: Readonly<Record<string, string>>): boolean {
  return matchesSelector({ matchLabels: { ...wanted } }, labels);
}

/** `name`: `<namespace>/<name>` */
export function versionId(host: string, kind: string, name: string): string {
  return `version ${host} ${kind} ${name}`;
}

/** The boxes of a Service: its own, and its versions inside, those with levels in the boxes of these. */
export function cardNodes(card: Card, levels: Levels = NO_LEVELS): PictureNode[] {
  const { id, namespace, name, versions } = card;
  const service: PictureNode = {
    id,
    kind: 'service',
    parent: namespaceId(namespace),
    title: name,
    details: [],
    problems: [],
  };
  return [
    service,
    ...levels.nodes,
    ...versions.map((version) => versionNode(version, card, levels.homes.get(version.id) ?? id)),
  ];
}

function versionNode({ id, workload }: Version, { subsets }: Card, parent: string): PictureNode {
  const own = subsets.filter(({ versions }) => versions.includes(id)).map(({ name }) => name);
  const node = workloadNode(workload, id);
  const subset = own.length > 0 ? [`subset ${own.join(', ')}`] : [];
  return { ...node, parent, details: [...node.details, ...subset] };
}

/** The box of a workload. */
export function workloadNode(workload: Workload, id: string): PictureNode {
  const { kind, name, env, ready, replicas } = workload;
  const pods = ready === undefined ? [] : [`${ready} of ${replicas} pods ready`];
  return {
    id,
    kind: env === undefined ? 'base' : 'clone',
    title: name,
    ...(env === undefined ? { details: [] } : { env, details: [`env ${env}`] }),
    hidden: [`${kind} ${workloadName(workload)}`, ...pods],
    // For a clone the status of its env says more.
    problems: ready === 0 && env === undefined ? ['has no ready pods'] : [],
  };
}
