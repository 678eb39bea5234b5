import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import type { L4Route } from './merge-codec.ts';
import { httpOf } from './scope.ts';

/** The three lists of routes of a VirtualService. */
export interface RouteLists {
  http: readonly HTTPRoute[];
  tcp: readonly L4Route[];
  tls: readonly L4Route[];
}

/** The lists whose routes have no names. */
export const L4_LISTS = ['tcp', 'tls'] as const;
export type L4List = (typeof L4_LISTS)[number];

/** A manifest may have nothing or null instead of a list. */
export function listsOf(virtualService: VirtualService): RouteLists {
  return {
    http: httpOf(virtualService),
    tcp: l4Of(virtualService, 'tcp'),
    tls: l4Of(virtualService, 'tls'),
  };
}

export function l4Of({ spec }: VirtualService, list: L4List): readonly L4Route[] {
  return (spec?.[list] ?? []) as readonly L4Route[];
}

/** With these lists in place of its own; a list that it has not and that stays empty is not added. */
export function withLists<V extends VirtualService>(
  virtualService: V,
  lists: Partial<RouteLists>,
): V {
  const { spec } = virtualService;
  const changed = Object.entries(lists).filter(
    ([key, list]) => list.length > 0 || Array.isArray(spec?.[key as keyof RouteLists]),
  );
  return { ...virtualService, spec: { ...spec, ...Object.fromEntries(changed) } };
}
