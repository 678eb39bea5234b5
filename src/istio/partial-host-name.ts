/**
 * Partial host names, such as `backend.shop`. DNS in a pod completes them; Istio does not. Istio completes only a name
 * without a dot. So `backend.shop` in a destination is another host than the Service's, and has no cluster.
 * Source: `ResolveShortnameToFQDN` in istio `pilot/pkg/model/config.go`.
 */

/**
 * The Service host that a partial name may refer to. Undefined for a short or full name, and for a name with too many
 * parts.
 */
export function fullNameOfPartial(host: string, clusterDomain: string): string | undefined {
  const [service, namespace, svc, ...rest] = host.split('.');
  const isPartial = !!service && !!namespace && (svc ?? 'svc') === 'svc' && rest.length === 0;
  if (!isPartial || service.includes('*')) return undefined;
  return `${service}.${namespace}.svc.${clusterDomain}`;
}

/**
 * The partial names of a Service's host (fully qualified).
 *
 *     'backend.shop.svc.cluster.local' → ['backend.shop', 'backend.shop.svc']
 */
export function partialNamesOf(host: string, clusterDomain: string): string[] {
  const end = `.svc.${clusterDomain}`;
  if (!host.endsWith(end)) return [];
  const name = host.slice(0, -end.length);
  return [name, `${name}.svc`].filter(
    (partial) => fullNameOfPartial(partial, clusterDomain) === host,
  );
}
