import { fqdn } from '../istio/host.ts';
import { nameOf, namespaceOf } from '../istio/objects.ts';
import { liveHosts } from '../istio/route-kinds.ts';
import type { VirtualService } from '../istio/types.ts';
import { isIgnored } from '../virtualservice/routes/ignored.ts';
import { type Card, namespaceId } from './cards.ts';
import type { PictureNode, PictureSettings } from './types.ts';

export function virtualServiceId(name: string): string {
  return `virtualservice ${name}`;
}

/**
 * The box of a VirtualService: inside the box of its Service if both are in the same namespace and it routes to nothing else, else
 * beside it.
 */
export function virtualServiceNode(
  vs: VirtualService,
  cards: ReadonlyMap<string, Card>,
  { clusterDomain }: PictureSettings,
): PictureNode {
  const namespace = namespaceOf(vs);
  const [host = '', ...others] = liveHosts(vs, clusterDomain);
  const card = others.length > 0 ? undefined : cards.get(host);
  const home = card?.namespace === namespace ? card : undefined;
  const hosts = vs.spec.hosts ?? [];
  const isPlain = hosts.every((one) => fqdn(one, namespace, clusterDomain) === home?.host);
  const text = hosts.length === 0 ? 'a delegate' : `hosts ${hosts.join(', ')}`;
  return {
    id: virtualServiceId(nameOf(vs)),
    kind: 'virtualservice',
    parent: home?.id ?? namespaceId(namespace),
    title: vs.metadata.name,
    details: [
      ...(isPlain && hosts.length > 0 ? [] : [text]),
      ...(isIgnored(vs) ? ['ignored by DynamicEnv'] : []),
    ],
    problems: [],
  };
}
