import { ipFamily } from './ip-address.ts';

const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/**
 * Why an address or a subnet (`10.1.0.0/16`, `10.1.2.3`, `2001:db8::/32`) would be refused. istiod accepts an address
 * with a zone (`fe80::1%eth0`), Envoy does not.
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
  return isDropped(subnet)
    ? `istiod leaves "${subnet}" out of what proxies get, so the entry would apply to all addresses: leave it out, too, or name other subnets`
    : undefined;
}

/**
 * istiod drops each subnet whose address is 0.0.0.0, whatever its length. An entry with no other subnet is a filter chain without a
 * condition on the destination; beside another such chain, or the one for the Service itself, Envoy refuses the listener.
 * Source: toFilterChainMatch in istio `pilot/pkg/networking/core/listener.go`.
 */
export function isDropped(subnet: string): boolean {
  return subnet.split('/')[0] === '0.0.0.0';
}
