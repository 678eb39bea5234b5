import { HOSTS_ANNOTATION } from '../../api/virtualenvironment.ts';
import { fqdn } from '../../istio/host.ts';
import { fullNameOfPartial } from '../../istio/partial-host-name.ts';
import type { ServiceOptions } from './types.ts';

interface Context {
  service: string;
  namespace: string;
  clusterDomain: string;
  /** Names of the namespace's Services that have versions. */
  withVersions: ReadonlySet<string>;
}

/**
 * The options without hosts of other Services that have versions: of two VirtualServices with one host Istio uses only the older one,
 * and the other Service would lose its routes.
 */
export function withoutOtherServices(
  options: ServiceOptions,
  { service, namespace, clusterDomain, withVersions }: Context,
): ServiceOptions {
  const end = `.${namespace}.svc.${clusterDomain}`;
  const others = options.hosts.filter((host) => {
    const full = fullNameOfPartial(host, clusterDomain) ?? fqdn(host, namespace, clusterDomain);
    const name = full.endsWith(end) ? full.slice(0, -end.length) : service;
    return name !== service && withVersions.has(name);
  });
  if (others.length === 0) return options;
  return {
    ...options,
    hosts: options.hosts.filter((host) => !others.includes(host)),
    problems: [
      ...options.problems,
      ...others.map(
        (host) =>
          `annotation ${HOSTS_ANNOTATION}: "${host}" is ignored: it is the host of another Service that has versions; remove it`,
      ),
    ],
  };
}
