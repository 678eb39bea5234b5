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
  return valid
    ? undefined
    : `"${subnet}" is neither an IP address nor a subnet such as 10.1.0.0/16`;
}
