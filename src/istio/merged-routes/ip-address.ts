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

/**
 * The subnet in a form that is equal for equal subnets: `10.1.0.0/8` and `10.0.0.0/8` are equal. Undefined: it is no
 * address and no subnet.
 */
export function maskedPrefix(subnet: string): string | undefined {
  const [address = '', length] = subnet.split('/');
  const family = ipFamily(address);
  if (family === undefined) return undefined;
  const width = family === 4 ? 32 : 128;
  const bits = length === undefined ? width : Number(length);
  if (!(bits >= 0 && bits <= width)) return undefined;
  const shift = BigInt(width - bits);
  return `${family}:${(bitsOf(address) >> shift) << shift}/${bits}`;
}

function bitsOf(address: string): bigint {
  const hex = ipv4InHex(address);
  if (!hex.includes(':')) return BigInt(`0x${hex}`);
  const [head = '', tail] = hex.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const last = groups(tail ?? '');
  const first = groups(head);
  const zeros = Array.from({ length: GROUPS - first.length - last.length }, () => '0');
  const all = [...first, ...zeros, ...last];
  return BigInt(`0x${all.map((group) => group.padStart(4, '0')).join('')}`);
}

/** The address with its IPv4 part, if it has one, in hexadecimal. */
function ipv4InHex(address: string): string {
  const isIpv6 = address.includes(':');
  return address.replace(/\d+\.\d+\.\d+\.\d+$/, (ipv4) => {
    const bytes = ipv4.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
    return isIpv6 ? `${bytes[0]}${bytes[1]}:${bytes[2]}${bytes[3]}` : bytes.join('');
  });
}
