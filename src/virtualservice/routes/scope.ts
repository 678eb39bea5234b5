import type { HTTPRoute, VirtualService } from '../../istio/types.ts';

/** What the meaning of a VirtualService's routes depends on beside themselves. */
export interface Scope {
  /** The VirtualService's namespace: where its short host names are looked up. */
  namespace: string;
  clusterDomain: string;
  /** As written; none: the mesh. */
  gateways: readonly string[];
  /** Without hosts it is a delegate: its routes stand where another VirtualService delegates to it. */
  isDelegate: boolean;
  /** Which regexes of the user's routes are compiled to judge them; omitted: all within the bounds. See `compiledRegexes`. */
  isCompiled?: (pattern: string) => boolean;
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

/** The http routes; what a careless manifest has instead of a list (nothing, null) is none. */
export function httpOf({ spec }: VirtualService): readonly HTTPRoute[] {
  return spec?.http ?? [];
}
