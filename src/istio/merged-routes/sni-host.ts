import { destinationHostProblem } from '../field-rules.ts';
import { hostSubsetOf } from '../host.ts';
import { ipFamily } from './ip-address.ts';

/**
 * Why istiod would refuse an SNI host in a VirtualService with these hosts. `atGateways`: no gateway is `mesh`; then a
 * name that Istio made itself is allowed (`outbound_.80_._.shop.example.com`). istiod compares with capitals.
 * Source: validateSniHost and ValidateWildcardDomainForVirtualServiceBoundToGateway in istio `pkg/config/validation`.
 */
export function sniHostProblem(
  host: string,
  hosts: readonly string[],
  atGateways: boolean,
): string | undefined {
  if (nameProblem(host, atGateways) !== undefined) {
    // An address is accepted with a warning.
    return ipFamily(host) === undefined ? `"${host}" is not a valid host name` : undefined;
  }
  if (hosts.some((one) => hostSubsetOf(host, one))) return undefined;
  const inCapitals = hosts.find((one) => hostSubsetOf(host, one.toLowerCase()));
  if (inCapitals !== undefined) {
    return `"${host}" differs in capitals from the target's host ${inCapitals}: ask its owners to write it in lower case`;
  }
  return `"${host}" is not among the hosts of the target (${hosts.join(', ')}): use one of them, or a name that one of its wildcards covers`;
}

function nameProblem(host: string, atGateways: boolean): string | undefined {
  if (atGateways && host.startsWith('outbound_')) return generatedNameProblem(host);
  return host === '*' ? undefined : destinationHostProblem(host);
}

/** `outbound_.<port>_._.<host>`: istiod looks for a digit in the port and for a letter in the host. */
function generatedNameProblem(host: string): string | undefined {
  const [, port = '', , name = ''] = host.split('_');
  const valid = host.length <= 255 && /\d/.test(port) && /[a-zA-Z]/.test(name);
  return valid ? undefined : 'is not a valid name';
}
