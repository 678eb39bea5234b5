import { DYNAMIC_ENV_LABEL, ENVS_ANNOTATION, isTrue } from '../api/marks.ts';
import { fqdn, hostSubsetOf } from '../istio/host.ts';
import { nameOf, namespaceOf } from '../istio/objects.ts';
import { subsetsOf } from '../istio/subset-lookup.ts';
import { matchesSelector } from '../k8s/selector.ts';
import { type Deployment, isAvailable, type Service } from '../k8s/workload.ts';
import type { Mesh } from './mesh.ts';
import type { PictureNode, PictureSettings } from './types.ts';

/** A Service and what is behind it. */
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
  /** Of its node. */
  id: string;
  deployment: Deployment;
}

export interface CardSubset {
  name: string;
  /** Ids of the versions whose pods it selects. */
  versions: string[];
}

export function namespaceId(namespace: string): string {
  return `namespace ${namespace}`;
}

export function cardsOf(mesh: Mesh, { clusterDomain }: PictureSettings): Card[] {
  return mesh.services.map((service) => {
    const namespace = namespaceOf(service);
    const { name } = service.metadata;
    const host = fqdn(name, namespace, clusterDomain);
    const versions = mesh.deployments
      .filter((deployment) => isBehind(deployment, service))
      .map((deployment) => ({ id: `version ${host} ${nameOf(deployment)}`, deployment }));
    // Merging is the costly part, and only rules for this host can decide.
    const rules = mesh.rules.filter((rule) =>
      hostSubsetOf(host, fqdn(rule.spec.host, namespaceOf(rule), clusterDomain)),
    );
    const lookedUp = subsetsOf({ host, namespace }, { namespace }, rules, { clusterDomain });
    const subsets = lookedUp.map((subset) => ({
      name: subset.name,
      versions: versions
        .filter(({ deployment }) => isOf(deployment, subset.labels))
        .map(({ id }) => id),
    }));
    return { id: `service ${host}`, host, namespace, name, versions, subsets };
  });
}

/** One without a selector selects nothing. */
function isBehind(deployment: Deployment, service: Service): boolean {
  const selector = service.spec?.selector ?? {};
  return (
    namespaceOf(deployment) === namespaceOf(service) &&
    Object.keys(selector).length > 0 &&
    isOf(deployment, selector)
  );
}

function isOf({ spec }: Deployment, labels: Readonly<Record<string, string>> = {}): boolean {
  return matchesSelector({ matchLabels: { ...labels } }, spec.template.metadata?.labels);
}

/** The env that a Deployment was cloned for. */
export function envOf({ metadata }: Deployment): string | undefined {
  const { labels, annotations } = metadata;
  return isTrue(labels?.[DYNAMIC_ENV_LABEL]) ? annotations?.[ENVS_ANNOTATION] : undefined;
}

/** The boxes of a Service: itself, and its versions within. */
export function cardNodes(card: Card): PictureNode[] {
  const { id, namespace, name, versions } = card;
  const service: PictureNode = {
    id,
    kind: 'service',
    parent: namespaceId(namespace),
    title: name,
    details: [],
    problems: [],
  };
  return [service, ...versions.map((version) => versionNode(version, card))];
}

function versionNode({ id, deployment }: Version, { id: parent, subsets }: Card): PictureNode {
  const own = subsets.filter(({ versions }) => versions.includes(id)).map(({ name }) => name);
  const node = workloadNode(deployment, id);
  const subset = own.length > 0 ? [`subset ${own.join(', ')}`] : [];
  return { ...node, parent, details: [...node.details, ...subset] };
}

/** A Deployment, wherever it lies. */
export function workloadNode(deployment: Deployment, id: string): PictureNode {
  const { metadata, status } = deployment;
  const env = envOf(deployment);
  const isDown = status !== undefined && !isAvailable(deployment);
  return {
    id,
    kind: env === undefined ? 'base' : 'clone',
    title: metadata.name,
    ...(env === undefined ? { details: [] } : { env, details: [`env ${env}`] }),
    // An env's status says more about its clones.
    problems: isDown && env === undefined ? ['has no available pods'] : [],
  };
}
