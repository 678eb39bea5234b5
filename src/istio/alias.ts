import { type MeshService, servesPort } from './subset-lookup.ts';

/**
 * The service on a port for which an ExternalName Service is an alias, through any number of aliases. Undefined when
 * there is none, or when the aliases form a circle. Istio adds the names of the alias to that service's routes.
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
