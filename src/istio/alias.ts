import { type MeshService, servesPort } from './subset-lookup.ts';

/**
 * The service on a port that a Service of type ExternalName is another name for, through as many of those as it takes;
 * undefined: none, or they go round in a circle. Istio gives its names to that service's own routes.
 * Source: resolveServiceAliases in istio `pilot/pkg/model/push_context.go`, generateVirtualHostDomains in
 * `pilot/pkg/networking/core/httproute.go`.
 */
export function concreteOf(
  alias: MeshService,
  services: readonly MeshService[],
  port: number,
): MeshService | undefined {
  const seen = new Set<string>();
  let at: MeshService | undefined = alias;
  while (at?.aliasFor !== undefined) {
    if (seen.has(at.host)) return undefined;
    seen.add(at.host);
    const { aliasFor }: MeshService = at;
    at = services.find(({ host }) => host === aliasFor);
  }
  return at !== undefined && servesPort(at, port) ? at : undefined;
}
