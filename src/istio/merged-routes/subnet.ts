import { ipFamily } from './ip-address.ts';

const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/**
 * Why an address or a subnet (`10.1.0.0/16`, `10.1.2.3`, `2001:db8::/32`) would be refused. istiod accepts an address
 * with a zone (`fe80::1%eth0`), Envoy does not. Subnets that istiod leaves out are refused, too: the route would apply to
 * other addresses than it says, and Envoy refuses a listener with two entries of which nothing is left.
 * Source: ValidateIPSubnet in istio `pkg/config/validation/agent/validation.go` (Go's netip.ParsePrefix and ParseAddr).
 */
export function subnetProblem(subnet: string): string | undefined {
  const slash = subnet.indexOf('/');
  const address = slash < 0 ? subnet : subnet.slice(0, slash);
  const length = slash < 0 ? undefined : subnet.slice(slash + 1);
  const family = ipFamily(address);
  const max = family === 4 ? 32 : 128;
  const valid =
    family !== undefined &&
    (length === undefined || (PREFIX.test(length) && Number(length) <= max));
  if (!valid) return `"${subnet}" is neither an IP address nor a subnet such as 10.1.0.0/16`;
  return isLeftOut(subnet)
    ? `Istio ignores "${subnet}": leave out destinationSubnets for all addresses, or name other subnets`
    : undefined;
}

/**
 * Does istiod leave this subnet out of a filter chain? It does so by the address, whatever the length is. `::/0` is a
 * subnet like others.
 * Source: toFilterChainMatch in istio `pilot/pkg/networking/core/listener.go`.
 */
export function isLeftOut(subnet: string): boolean {
  return subnet === '0.0.0.0' || subnet.startsWith('0.0.0.0/');
}
