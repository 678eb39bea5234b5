import type { HTTPRoute, VirtualService } from '../../istio/types.ts';

/** All that the meaning of a VirtualService's routes depends on, apart from the routes. */
export interface Scope {
  /** The VirtualService's namespace: short host names are completed with it. */
  namespace: string;
  clusterDomain: string;
  /** As written; empty: the mesh. */
  gateways: readonly string[];
  /** It has no hosts, so it is a delegate: Istio inserts its routes where another VirtualService delegates to it. */
  isDelegate: boolean;
  /** Which regexes of the user's routes are compiled; omitted: all within the bounds. See `compiledRegexes`. */
  shouldCompile?: (pattern: string) => boolean;
}

export function scopeOf(
  { metadata, spec }: VirtualService,
  { clusterDomain }: { clusterDomain: string },
): Scope {
  return {
    namespace: metadata.namespace ?? '',
    clusterDomain,
    gateways: spec?.gateways ?? [],
    isDelegate: (spec?.hosts ?? []).length === 0,
  };
}

/** The http routes; a manifest may have nothing or null instead of a list. */
export function httpOf({ spec }: VirtualService): readonly HTTPRoute[] {
  return spec?.http ?? [];
}
