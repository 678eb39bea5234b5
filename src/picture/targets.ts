import { fqdn } from '../istio/host.ts';
import type { Destination } from '../istio/types.ts';
import type { Card } from './cards.ts';
import type { PictureNode, PictureSettings } from './types.ts';

/** The nodes to which a destination leads; `made`: those that exist only because of it. */
export interface Target {
  ids: string[];
  made: PictureNode[];
  /** Set if all these pods belong to this env. */
  env?: string;
}

/** The nodes for a destination of a VirtualService in `namespace`. */
export function targetOf(
  { host, subset }: Destination,
  namespace: string,
  cards: ReadonlyMap<string, Card>,
  { clusterDomain }: PictureSettings,
): Target {
  const name = fqdn(host, namespace, clusterDomain);
  const card = cards.get(fullHost(name, clusterDomain));
  if (card === undefined) return made(outside(name, subset));
  return subset === undefined || subset === '' ? everyPod(card) : subsetPods(card, subset);
}

/** `backend.shop` and `backend.shop.svc` name the Service, too: in DNS, though not in a DestinationRule. */
function fullHost(host: string, clusterDomain: string): string {
  const labels = host.split('.');
  if (labels.length === 2) return `${host}.svc.${clusterDomain}`;
  return labels.length === 3 && labels[2] === 'svc' ? `${host}.${clusterDomain}` : host;
}

function made(node: PictureNode): Target {
  return { ids: [node.id], made: [node] };
}

function outside(host: string, subset: string | undefined): PictureNode {
  const details = subset ? [`subset ${subset}`] : [];
  const id = `outside ${host} ${subset ?? ''}`;
  return { id, kind: 'outside', title: host, details, problems: [] };
}

/** The target of a route without a subset. If the Service has only one version, that one. */
function everyPod({ id: parent, host, versions }: Card): Target {
  const [only] = versions;
  if (only !== undefined && versions.length === 1) return { ids: [only.id], made: [] };
  const title = versions.length === 0 ? 'its pods' : 'any version';
  return made({
    id: `every ${host}`,
    kind: 'every',
    parent,
    title,
    details: ['no subset named'],
    problems: [],
  });
}

function subsetPods({ id: parent, host, subsets, versions }: Card, subset: string): Target {
  const found = subsets.find(({ name }) => name === subset);
  if (found !== undefined && found.versions.length > 0) {
    const envs = found.versions.map((id) => versions.find((version) => version.id === id));
    const [env, ...others] = new Set(envs.map((one) => one?.workload.env));
    const isOnes = env !== undefined && others.length === 0;
    return { ids: found.versions, made: [], ...(isOnes ? { env } : {}) };
  }
  const problem = `no DestinationRule of ${host} has a subset ${subset}: requests sent there get 503`;
  return made({
    id: `absent ${host} ${subset}`,
    kind: 'absent',
    parent,
    title: `subset ${subset}`,
    details: found === undefined ? [] : ['no pods here have its labels'],
    problems: found === undefined ? [problem] : [],
  });
}
