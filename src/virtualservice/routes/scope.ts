import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import type { RefSettings } from '../../refs/pick.ts';
import { type RefFlags, refSettings } from '../../refs/settings.ts';
import { gatewaysOf } from './entrance.ts';

/** All that the meaning of a VirtualService's routes depends on, apart from the routes. */
export interface Scope {
  /** The VirtualService's namespace: short host names are completed with it. */
  namespace: string;
  clusterDomain: string;
  /** `namespace/name`, as in an entry's `shared`; omitted: it shares no host. */
  name?: string;
  /** As written; omitted: any. */
  hosts?: readonly string[];
  /** As written; empty: the mesh. */
  gateways: readonly string[];
  /** It has no hosts, so it is a delegate: Istio inserts its routes where another VirtualService delegates to it. */
  isDelegate: boolean;
  /** How requests carry refs. */
  refs: RefSettings;
  /** Which regexes of the user's routes are compiled; omitted: all within the bounds. See `compiledRegexes`. */
  shouldCompile?: (pattern: string) => boolean;
}

export function scopeOf(
  { metadata, spec }: VirtualService,
  config: { clusterDomain: string } & Partial<RefFlags>,
): Scope {
  return {
    namespace: metadata.namespace ?? '',
    name: targetName({ metadata }),
    hosts: spec?.hosts ?? [],
    clusterDomain: config.clusterDomain,
    gateways: spec?.gateways ?? [],
    isDelegate: (spec?.hosts ?? []).length === 0,
    refs: refSettings(config),
  };
}

/** `namespace/name`, as in an entry's `shared` and in the names of merged routes. */
export function targetName({ metadata }: Pick<VirtualService, 'metadata'>): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** What carries refs here: cookies only where requests of browsers may come. A delegate may belong to a gateway. */
export function refsReadIn(scope: Scope): RefSettings {
  const { headers, carriers } = scope.refs;
  const isCookieRead = scope.isDelegate || gatewaysOf(scope).length > 0;
  return { headers, carriers: carriers.filter((one) => one !== 'cookie' || isCookieRead) };
}

/** The http routes; a manifest may have nothing or null instead of a list. */
export function httpOf({ spec }: VirtualService): readonly HTTPRoute[] {
  return spec?.http ?? [];
}
