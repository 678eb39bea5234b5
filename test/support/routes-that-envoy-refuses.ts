/** An http route that istiod and the API server accept and Envoy refuses, and the field that is wrong, from the route on. */
interface RefusedRoute {
  name: string;
  route: object;
  field: string;
}

const TO = [{ destination: { host: 'payment-service' } }];
/** RE2 in Envoy reads Latin-1. */
const WRONG_REGEX = '\\x{100}';
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v']));

const match = (name: string, field: string, entry: object): RefusedRoute => ({
  name,
  route: { match: [entry], route: TO },
  field: `match[0].${field}`,
});
const route = (name: string, field: string, fields: object): RefusedRoute => ({
  name,
  route: { match: [{ uri: { prefix: '/refused' } }], route: TO, ...fields },
  field,
});
/** Without a destination. */
const bare = (name: string, field: string, fields: object): RefusedRoute => ({
  name,
  route: { match: [{ uri: { prefix: '/refused' } }], ...fields },
  field,
});
const header = (name: string, value: string): RefusedRoute =>
  route(name, 'headers.request.set', { headers: { request: { set: { a: value } } } });

/** One row for each class. An Envoy that refuses one route refuses the whole route table of a port. */
export const ROUTES_THAT_ENVOY_REFUSES: readonly RefusedRoute[] = [
  match('a regex of a header', 'headers', { headers: { a: { regex: WRONG_REGEX } } }),
  match('a regex of the path', 'uri', { uri: { regex: WRONG_REGEX } }),
  match('a program that is too large', 'uri', { uri: { regex: '/((a{100}){100}){10}' } }),
  route('a regex of CORS', 'corsPolicy', {
    corsPolicy: { allowOrigins: [{ regex: WRONG_REGEX }] },
  }),
  route('a regex of a rewrite', 'rewrite', {
    rewrite: { uriRegexRewrite: { match: WRONG_REGEX, rewrite: 'a' } },
  }),
  ...[300, 304, 305, 306, 309, 399].map((redirectCode) =>
    bare(`redirect ${redirectCode}`, 'redirect', { redirect: { uri: '/', redirectCode } }),
  ),
  bare('direct response 600', 'directResponse', { directResponse: { status: 600 } }),
  route('fault 600', 'fault', {
    fault: { abort: { httpStatus: 600, percentage: { value: 100 } } },
  }),
  match('a parameter without a name', 'queryParams', { queryParams: { '': { exact: '1' } } }),
  match('a long name of a parameter', 'queryParams', {
    queryParams: { ['a'.repeat(1025)]: { exact: '1' } },
  }),
  route('a line break in a rewrite', 'rewrite', { rewrite: { uri: '/a\nb' } }),
  bare('a line break in a redirect', 'redirect', { redirect: { uri: '/a\nb' } }),
  bare('NUL in the authority of a redirect', 'redirect', { redirect: { authority: 'a\0' } }),
  route('a line break in a header’s name', 'headers.request', {
    headers: { request: { set: { 'a\nb': 'c' } } },
  }),
  header('a long value of a header', 'v'.repeat(16385)),
  route('1,001 operations on headers', 'headers', {
    headers: { request: { set: many(1000), add: { a: 'b' } } },
  }),
  bare('weights over 32 bits', 'route', {
    route: ['a', 'b', 'c'].map((host, index) => ({
      destination: { host },
      weight: index < 2 ? 2147483647 : 3,
    })),
  }),
  route('a time-out over 64 bits', 'timeout', { timeout: '9223372036.5s' }),
  ...['%FOO%', '%REQ()%', '%CEL(a+)%', '%FILTER_STATE%', '%RESP(a):-1%'].map((value) =>
    header(`the value ${value}`, value),
  ),
];
