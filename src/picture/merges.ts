import { MERGE_KIND, targetOf, type VirtualServiceMerge } from '../api/virtualservicemerge.ts';
import { namespaceOf } from '../istio/objects.ts';
import type { VirtualService } from '../istio/types.ts';
import type { KubeObject } from '../k8s/object.ts';
import { mergeOfRoute } from '../trace/merge-routes.ts';
import { mergedLists } from '../virtualservice/merges/merged-lists.ts';
import { l4Key } from '../virtualservice/routes/l4-marker.ts';
import { L4_LISTS } from '../virtualservice/routes/lists.ts';
import type { L4Route } from '../virtualservice/routes/merge-codec.ts';
import { planOf } from '../virtualservice/routes/plan-codec.ts';
import { withoutOurs } from '../virtualservice/routes/strip.ts';
import type { Problem } from './problems.ts';
import { virtualServiceId } from './virtualservices.ts';

/** What is written before the match of a merge's http route: `merge mp-101: `. Empty: it is no merge's. */
export function mergePrefix(name: string | undefined, vs: VirtualService): string {
  const merge = mergeOfRoute(name, vs);
  return merge === undefined ? '' : prefixOf(merge, vs);
}

/** The same for routes of `tcp` and `tls`, which have no names. */
export function l4Prefixes(vs: VirtualService): (route: L4Route) => string {
  const merges = (planOf(vs)?.merges ?? []).filter(({ tcp, tls }) => tcp ?? tls);
  if (merges.length === 0) return () => '';
  const lists = mergedLists(merges, withoutOurs(vs));
  const all = L4_LISTS.flatMap((list) => lists[list]);
  const prefixes = new Map(all.map(({ route, merge }) => [l4Key(route), prefixOf(merge, vs)]));
  return (route) => prefixes.get(l4Key(route)) ?? '';
}

function prefixOf({ namespace, name }: { namespace: string; name: string }, vs: VirtualService) {
  return `merge ${namespace === namespaceOf(vs) ? name : `${namespace}/${name}`}: `;
}

/** Why merges add nothing to their target, and their conflicts with other routes there. */
export function mergeProblems(objects: readonly KubeObject[]): Problem[] {
  const merges = objects.filter(({ kind }) => kind === MERGE_KIND) as VirtualServiceMerge[];
  return merges.flatMap((merge) => {
    const { metadata, status } = merge;
    const target = targetOf(merge);
    if (target === undefined) return [];
    return (status?.conditions ?? [])
      .filter(
        ({ type, status: state }) =>
          (type === 'Merged' && state !== 'True') || (type === 'Conflicted' && state === 'True'),
      )
      .map(({ message }) => ({
        id: virtualServiceId(target),
        text: `merge ${metadata.namespace}/${metadata.name}: ${message}`,
      }));
  });
}
