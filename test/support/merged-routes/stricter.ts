import { headers, match, type Row, route, sni, TO, tcp } from './row.ts';

/** A row that we refuse although nobody else does, and why. */
interface StricterRow extends Row {
  reason: string;
}

const stricter = (reason: string, row: Row): StricterRow => ({ ...row, reason });

const REGEX =
  'Go and RE2 must read a regex in the same way, and every proxy compiles it: see regex-bounds.ts';
const FORMAT = 'commands with a grammar of their own: see header-format.ts';
const NULL = 'a null says nothing';
const LEFT_OUT =
  'istiod leaves the subnet out, and the route of another merge, too, may then have no condition';

export const STRICTER: readonly StricterRow[] = [
  stricter(REGEX, match('a character beyond ASCII', { uri: { regex: '/é' } })),
  stricter(REGEX, match('a Unicode class', { uri: { regex: '/\\pL' } })),
  stricter(REGEX, match('a costly regex', { uri: { regex: '/([0-9a-z]{30}){30}' } })),
  stricter(
    FORMAT,
    headers('a command with an own grammar', { request: { set: { a: '%START_TIME(%s)%' } } }),
  ),
  stricter(FORMAT, headers('metadata', { request: { set: { a: '%DYNAMIC_METADATA(a:b)%' } } })),
  stricter(NULL, route('null where it is allowed', { corsPolicy: { allowCredentials: null } })),
  stricter('two routes of one name become one', {
    name: 'equal names',
    patch: {
      http: [
        { name: 'a', route: TO, match: [{ port: 1 }] },
        { name: 'a', route: TO },
      ],
    },
  }),
  stricter('texts are bounded', match('a long uri', { uri: { exact: `/${'a'.repeat(16384)}` } })),
  stricter(
    'patches are bounded',
    headers('many characters', {
      request: {
        set: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`a${i}`, 'v'.repeat(16_000)])),
      },
    }),
  ),
  stricter('patches are bounded', {
    name: 'many values',
    patch: { http: Array.from({ length: 1300 }, () => ({ route: TO })) },
  }),
  stricter(
    'istiod adds in a random order',
    headers('the host twice, once empty', {
      request: { set: { host: '' }, add: { ':authority': '' } },
    }),
  ),
  stricter(
    'which of them counts is not documented',
    route('both spellings of mirrorPercent', { mirrorPercent: 1, mirror_percent: 1 }),
  ),
  stricter(
    'zones are names of interfaces of one machine',
    tcp('tcp: a zone', { match: [{ destinationSubnets: ['fe80::1%eth0'] }] }),
  ),
  stricter('another VirtualService may have the host in other letters', {
    ...sni('tls: a host in capitals', { sniHosts: ['API.b.example'] }),
    hosts: ['*.b.example'],
  }),
  ...[['0.0.0.0/0'], ['0.0.0.0/8'], ['0.0.0.0'], ['0.0.0.0/0', '10.0.0.0/8']].map((list) =>
    stricter(LEFT_OUT, tcp(`tcp: ${list.join()}`, { match: [{ destinationSubnets: list }] })),
  ),
  stricter(LEFT_OUT, sni('tls: 0.0.0.0', { destinationSubnets: ['0.0.0.0'] })),
];
