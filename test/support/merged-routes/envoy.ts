import {
  bare,
  headers,
  match,
  OWN,
  overlap,
  type Row,
  route,
  sni,
  subnets,
  targets,
  tcp,
} from './row.ts';

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, 'v']));

const A = 'a.b.example';
const B = 'b.b.example';

/** Rows that the schema and istiod accept, and Envoy refuses. */
export const ENVOY: readonly Row[] = [
  match('a character above 0xff', { uri: { regex: '/\\x{100}' } }),
  match('a Unicode class', { headers: { a: { regex: '\\p{Greek}\\x{3b1}' } } }),
  match('a regex of withoutHeaders', { withoutHeaders: { a: { regex: '\\x{100}' } } }),
  match('a regex of a parameter', { queryParams: { a: { regex: '\\x{100}' } } }),
  match('a regex of the authority', { authority: { regex: '\\x{100}' } }),
  match('a regex of the method', { method: { regex: '\\x{100}' } }),
  match('a regex of the scheme', { scheme: { regex: '\\x{100}' } }),
  match('a regex of a claim', { headers: { '@request.auth.claims.a': { regex: '\\x{100}' } } }),
  match('a large program', { uri: { regex: `/(${'a'.repeat(60)}){1000}` } }),
  match('a parameter without a name', { queryParams: { '': { exact: '1' } } }),
  match('a parameter of 1,025 bytes', { queryParams: { ['a'.repeat(1025)]: { exact: '1' } } }),
  match('a claim without a value', { headers: { '@request.auth.claims.a': {} } }),
  match('no claim without a value', { withoutHeaders: { '@request.auth.claims[a]': {} } }),
  match('an empty part of a claim', { headers: { '@request.auth.claims.a.': { exact: 'a' } } }),
  match('an empty part of a claim in brackets', {
    withoutHeaders: { '@request.auth.claims[a][]': { exact: 'a' } },
  }),
  route('a regex of CORS', { corsPolicy: { allowOrigins: [{ regex: '\\x{100}' }] } }),
  route('a regex of rewrites', {
    rewrite: { uriRegexRewrite: { match: '\\x{100}', rewrite: 'a' } },
  }),
  ...[300, 304, 305, 306, 309, 399].map((redirectCode) =>
    bare(`redirect ${redirectCode}`, { redirect: { uri: '/', redirectCode } }),
  ),
  bare('direct response 600', { directResponse: { status: 600 } }),
  route('fault 600', { fault: { abort: { httpStatus: 600 } } }),
  bare('redirect: line break in the uri', { redirect: { uri: '/a\nb' } }),
  bare('redirect: NUL in the authority', { redirect: { authority: 'a\0' } }),
  route('rewrite: line break in the uri', { rewrite: { uri: '/\r' } }),
  route('rewrite: line break in the authority', { rewrite: { authority: 'a\n' } }),
  route('rewrite: line break in the substitution', {
    rewrite: { uriRegexRewrite: { match: 'a', rewrite: '\n' } },
  }),
  headers('a line break in a name', { request: { set: { 'a\nb': 'c' } } }),
  headers('NUL in a removed name', { response: { remove: ['a\0'] } }),
  headers('a value of 16,385 bytes', { request: { set: { a: 'v'.repeat(16385) } } }),
  headers('1,001 headers', { request: { set: many(1000), add: { a: 'b' } } }),
  bare('1,001 headers with the destination', {
    headers: { response: { set: many(1000) } },
    route: [{ destination: { host: 'a' }, headers: { response: { add: { a: 'b' } } } }],
  }),
  targets(
    '1,001 headers of one destination',
    { destination: { host: 'a' }, weight: 1, headers: { request: { set: many(1001) } } },
    { destination: { host: 'b' }, weight: 1 },
  ),
  targets(
    'weights over 32 bits',
    { destination: { host: 'a' }, weight: 2147483647 },
    { destination: { host: 'b' }, weight: 2147483647 },
    { destination: { host: 'b' }, weight: 3 },
  ),
  ...['%FOO%', '%CEL(a+)%', '%FILTER_STATE%', '%REQ%', '%%%FOO%', '%REQ(a b?)%'].map((value) =>
    headers(`the value ${value}`, { request: { set: { a: value } } }),
  ),
  route('timeout: over 64 bits', { timeout: '9223372036.5s' }),
  route('retries: over 64 bits', { retries: { attempts: 1, perTryTimeout: '9223372036.5s' } }),
  route('backoff: over 64 bits', { retries: { attempts: 1, backoff: '9223372036.5s' } }),
  route('delay: over 64 bits', { fault: { delay: { fixedDelay: '9223372036.5s' } } }),
  { ...sni('tls: a partial wildcard', { sniHosts: ['*a.b.example'] }), hosts: ['*.b.example'] },
  overlap('tls: overlapping entries', { sniHosts: [A] }, { sniHosts: [A, B] }),
  overlap('tls: another order', { sniHosts: [A, B] }, { sniHosts: [B, A] }),
  overlap('tls: one without a port', { sniHosts: [A], port: 443 }, { sniHosts: [A, B] }),
  overlap('tls: equal gateways', { sniHosts: [A], gateways: ['mesh'] }, { sniHosts: [A, B] }),
  overlap(
    'tls: labels that do not contradict',
    { sniHosts: [A], sourceLabels: { app: 'side' } },
    { sniHosts: [A, B] },
  ),
  overlap(
    'tls: shared subnets',
    { sniHosts: [A], destinationSubnets: ['10.0.0.0/8'] },
    { sniHosts: [A], destinationSubnets: ['10.0.0.0/8', '11.0.0.0/8'] },
  ),
  overlap(
    'tls: subnets of the entry before',
    { sniHosts: [A], destinationSubnets: ['10.0.0.0/8'] },
    { sniHosts: [A] },
  ),
  overlap('tls: hosts equal without capitals', { sniHosts: [A] }, { sniHosts: ['A.b.example'] }),
  overlap(
    'tls: wildcards equal without capitals',
    { sniHosts: ['*.x.b.example'] },
    { sniHosts: ['*.X.b.example'] },
  ),
  {
    ...sni('tls: a host twice, once in capitals', { sniHosts: [A, 'A.b.example'] }),
    hosts: ['*.b.example'],
  },
  ...['0.0.0.0/0', '0.0.0.0/8', '0.0.0.0'].map((subnet) =>
    overlap(
      `tls: no subnets, and ${subnet}`,
      { sniHosts: [A] },
      { sniHosts: [A, B], destinationSubnets: [subnet] },
    ),
  ),
  subnets('tcp: 0.0.0.0/0 and 0.0.0.0', ['0.0.0.0/0'], ['0.0.0.0']),
  subnets('tcp: 0.0.0.0/0 beside a subnet', ['0.0.0.0/0', '10.0.0.0/8'], ['10.0.0.0/8']),
  subnets('tcp: equal subnets', ['10.0.0.0/8'], ['10.0.0.0/8']),
  subnets('tcp: equal subnets after masking', ['10.0.0.0/8'], ['10.1.0.0/8']),
  subnets('tcp: overlapping lists', ['10.0.0.0/8'], ['10.0.0.0/8', '11.0.0.0/8']),
  subnets('tcp: an address and its subnet', ['10.0.0.1'], ['10.0.0.1/32']),
  subnets('tcp: IPv6', ['2001:db8::/32'], ['2001:0db8:1::/32']),
  sni('tls: a host twice', { sniHosts: [OWN, OWN] }),
  tcp('tcp: a subnet twice', { match: [{ destinationSubnets: ['10.0.0.0/8', '10.0.0.0/8'] }] }),
  tcp('tcp: a subnet in two entries', {
    match: [{ destinationSubnets: ['10.0.0.0/8'] }, { destinationSubnets: ['10.0.0.0/8'] }],
  }),
  sni('tls: a subnet twice', { destinationSubnets: ['10.0.0.0/8', '10.1.1.1/8'] }),
];
