const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);
const GROUP = /^[0-9a-fA-F]{1,4}$/;
const GROUPS = 8;

/** Is it an IP address, as Go's netip.ParseAddr reads it? Without a zone such as in `fe80::1%eth0`. */
export function ipFamily(address: string): 4 | 6 | undefined {
  if (IPV4.test(address)) return 4;
  return isIpv6(address) ? 6 : undefined;
}

function isIpv6(address: string): boolean {
  if (address.length > 45 || !address.includes(':')) return false;
  const parts = address.split('::');
  if (parts.length > 2) return false;
  const counts = parts.map((part, i) => groupsIn(part, i === parts.length - 1));
  if (counts.includes(undefined)) return false;
  const total = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return parts.length === 1 ? total === GROUPS : total < GROUPS;
}

/** How many groups of 16 bits the text has. The last two may be written as an IPv4 address. */
function groupsIn(part: string, isLast: boolean): number | undefined {
  if (part === '') return 0;
  const groups = part.split(':');
  const last = groups.at(-1) ?? '';
  const endsWithIpv4 = isLast && IPV4.test(last);
  const plain = endsWithIpv4 ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => GROUP.test(group))) return undefined;
  return plain.length + (endsWithIpv4 ? 2 : 0);
}
