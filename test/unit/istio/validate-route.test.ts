import { describe, expect, it } from '@jest/globals';
import type { HTTPMatchRequest, HTTPRoute } from '../../../src/istio/types.ts';
import { validateRoute } from '../../../src/istio/validate-route.ts';

const target = { destination: { host: 'backend', subset: 'shared', port: { number: 80 } } };
const withMatch = (...match: HTTPMatchRequest[]): HTTPRoute => ({ match, route: [target] });
const NOT_RE2 = expect.stringContaining('is no RE2 expression');

describe('validateRoute accepts', () => {
  it.each<[string, HTTPRoute]>([
    ['a route without match', { route: [{ destination: { host: 'backend' } }] }],
    ['an empty match entry', withMatch({})],
    [
      'every field of a match',
      withMatch({
        name: 'any text / at all',
        uri: { regex: '/v[0-9]+/.*' },
        scheme: { exact: 'https' },
        method: { exact: 'GET' },
        authority: { prefix: 'shop.' },
        headers: { user: { exact: 'a' }, ':path': { prefix: '/' }, x: {} },
        withoutHeaders: { a: {}, b: { regex: '*' }, c: { exact: '' } },
        queryParams: { q: { exact: '' }, '': {} },
        port: 65535,
        sourceLabels: { app: 'web', 'app.kubernetes.io/name': '' },
        sourceNamespace: 'shop',
        gateways: ['mesh', 'istio-system/gw'],
        ignoreUriCase: true,
      }),
    ],
    ['an empty uri prefix', withMatch({ uri: { prefix: '' } })],
    ['an empty exact value', withMatch({ uri: { exact: '' }, headers: { a: { exact: '' } } })],
    ['zero values of protobuf', withMatch({ port: 0, sourceNamespace: '', gateways: [] })],
    ['a redirect', { redirect: { uri: '/' } }],
    ['a direct response', { directResponse: { status: 200 } }],
    ['a delegate', { delegate: { name: 'a' } }],
    ['one destination of weight 0', { route: [{ ...target, weight: 0 }] }],
    [
      'weights',
      {
        route: [
          { ...target, weight: 0 },
          { ...target, weight: 1 },
        ],
      },
    ],
    ['an empty subset', { route: [{ destination: { host: 'a', subset: '' } }] }],
    [
      'header operations',
      {
        headers: { request: { set: { ':authority': 'a', Host: 'b' }, add: { host: 'c' } } },
        route: [
          {
            ...target,
            headers: {
              request: { add: { a: '1' }, set: { b: '' }, remove: ['c'] },
              response: { add: { 'x-dynamic-env': 'backend-a' }, set: { b: '%%' }, remove: ['c'] },
            },
          },
        ],
      },
    ],
    // istiod checks gateway names only until the first name without a slash.
    ['an invalid gateway name after a short one', withMatch({ gateways: ['ns/a', 'mesh', '_/_'] })],
    ['an invalid gateway name after mesh', withMatch({ gateways: ['mesh', '_/_'] })],
  ])('%s', (_name, route) => {
    expect(validateRoute(route)).toEqual([]);
  });
});

describe('validateRoute refuses in a match', () => {
  // biome-ignore lint/suspicious/noExplicitAny: also what the types do not allow
  it.each<[string, any, string, unknown]>([
    ['an empty header name', { headers: { '': {} } }, 'headers.', 'header name must not be empty'],
    [
      'an invalid header name',
      { headers: { 'a b': {} } },
      'headers.a b',
      '"a b" is not a valid header name',
    ],
    ['a null header', { headers: { a: null } }, 'headers.a', 'must not be null'],
    [
      'an empty header prefix',
      { headers: { a: { prefix: '' } } },
      'headers.a.prefix',
      'must not be empty',
    ],
    [
      'an empty header regex',
      { headers: { a: { regex: '' } } },
      'headers.a.regex',
      'must not be empty',
    ],
    ['an invalid header regex', { headers: { a: { regex: '(' } } }, 'headers.a.regex', NOT_RE2],
    [
      'a star for a header that must be present',
      { headers: { a: { regex: '*' } } },
      'headers.a.regex',
      NOT_RE2,
    ],
    [
      'two kinds at once',
      { headers: { a: { exact: 'a', prefix: 'a' } } },
      'headers.a',
      'takes one of exact, prefix, regex only',
    ],
    [
      'two kinds at once, a regex among them',
      { headers: { a: { exact: 'a', regex: 'a' } } },
      'headers.a',
      'takes one of exact, prefix, regex only',
    ],
    [
      'an invalid name in withoutHeaders',
      { withoutHeaders: { 'a:': {} } },
      'withoutHeaders.a:',
      '"a:" is not a valid header name',
    ],
    [
      'an empty prefix in withoutHeaders',
      { withoutHeaders: { a: { prefix: '' } } },
      'withoutHeaders.a.prefix',
      'must not be empty',
    ],
    [
      'an invalid regex in withoutHeaders',
      { withoutHeaders: { a: { regex: '(' } } },
      'withoutHeaders.a.regex',
      NOT_RE2,
    ],
    ['an invalid uri regex', { uri: { regex: '*' } }, 'uri.regex', NOT_RE2],
    ['an empty uri regex', { uri: { regex: '' } }, 'uri.regex', 'must not be empty'],
    [
      'two kinds for the uri',
      { uri: { prefix: '', exact: '/' } },
      'uri',
      'takes one of exact, prefix, regex only',
    ],
    ['an empty scheme prefix', { scheme: { prefix: '' } }, 'scheme.prefix', 'must not be empty'],
    ['an empty method prefix', { method: { prefix: '' } }, 'method.prefix', 'must not be empty'],
    ['an invalid authority', { authority: { regex: '[' } }, 'authority.regex', NOT_RE2],
    [
      'an empty parameter prefix',
      { queryParams: { q: { prefix: '' } } },
      'queryParams.q.prefix',
      'must not be empty',
    ],
    ['a port', { port: 65536 }, 'port', 'port 65536 is not within 1..65535'],
    [
      'an invalid label key',
      { sourceLabels: { 'a b': 'x' } },
      'sourceLabels.a b',
      '"a b" is not a valid label key',
    ],
    [
      'an invalid label value',
      { sourceLabels: { a: 'x y' } },
      'sourceLabels.a',
      '"x y" is not a valid label value',
    ],
    [
      'a namespace',
      { sourceNamespace: 'a.b' },
      'sourceNamespace',
      '"a.b" is not a valid namespace',
    ],
    [
      'a gateway',
      { gateways: ['ns/a', '_/b'] },
      'gateways[1]',
      '"_/b" is not a valid gateway name',
    ],
    [
      'a gateway without a namespace',
      { gateways: ['ns/a', '_'] },
      'gateways[1]',
      '"_" is not a valid name',
    ],
  ])('%s', (_name, match, field, message) => {
    expect(validateRoute(withMatch({}, match))).toEqual([{ field: `match[1].${field}`, message }]);
  });

  it('reports two problems of one label', () => {
    expect(validateRoute(withMatch({ sourceLabels: { '': '-' } }))).toEqual([
      { field: 'match[0].sourceLabels.', message: '"" is not a valid label key' },
      { field: 'match[0].sourceLabels.', message: '"-" is not a valid label value' },
    ]);
  });
});

describe('validateRoute on JWT claims', () => {
  const name = '@request.auth.claims.group';
  const message = 'JWT claims can be matched at gateways only';

  it.each([[['gw']], [['ns/gw', 'ns/other']]])('accepts them for gateways %j', (gateways) => {
    const match = { headers: { [name]: { exact: 'a' } }, withoutHeaders: { [name]: {} } };
    expect(validateRoute(withMatch(match), { gateways })).toEqual([]);
  });

  it.each([[undefined], [[]], [['mesh']], [['ns/gw', 'mesh']]])(
    'refuses them for %j',
    (gateways) => {
      expect(validateRoute(withMatch({ headers: { [name]: {} } }), { gateways })).toEqual([
        { field: `match[0].headers.${name}`, message },
      ]);
      expect(validateRoute(withMatch({ withoutHeaders: { [name]: {} } }), { gateways })).toEqual([
        { field: `match[0].withoutHeaders.${name}`, message },
      ]);
    },
  );
});

describe('validateRoute refuses outside the match', () => {
  const bad = (name: string) => `header "${name}" cannot be changed`;
  const unpaired = 'a % has no closing % (write %% for a literal %): "%"';

  it.each<[string, HTTPRoute, string, string]>([
    ['no destination', { match: [{}] }, 'route', 'must name a destination'],
    ['an empty list', { route: [] }, 'route', 'must name a destination'],
    ['no weight at all', { route: [target, target] }, 'route', 'the weights must not add up to 0'],
    [
      'a negative weight',
      { route: [{ ...target, weight: -1 }] },
      'route[0].weight',
      'must not be negative',
    ],
    [
      'a host',
      { route: [{ destination: { host: '*' } }] },
      'route[0].destination.host',
      '"*" is not a valid host',
    ],
    [
      'a subset',
      { route: [{ destination: { host: 'a', subset: 'a.b' } }] },
      'route[0].destination.subset',
      '"a.b" is not a valid subset name',
    ],
    [
      'a port',
      { route: [{ destination: { host: 'a', port: { number: 0 } } }] },
      'route[0].destination.port',
      'port 0 is not within 1..65535',
    ],
    [
      'a port without number',
      { route: [{ destination: { host: 'a', port: {} } }] },
      'route[0].destination.port',
      'port 0 is not within 1..65535',
    ],
    [
      'a request header to add',
      { route: [target], headers: { request: { add: { ':path': '' } } } },
      'headers.request.add.:path',
      bad(':path'),
    ],
    [
      'a request header without name',
      { route: [target], headers: { request: { set: { '': '' } } } },
      'headers.request.set.',
      'header name must not be empty',
    ],
    [
      'a request header value',
      { route: [target], headers: { request: { set: { a: '%' } } } },
      'headers.request.set.a',
      unpaired,
    ],
    [
      'a request header to remove',
      { route: [target], headers: { request: { remove: ['a', 'host'] } } },
      'headers.request.remove[1]',
      bad('host'),
    ],
    [
      'a response header to add',
      { route: [target], headers: { response: { add: { host: '' } } } },
      'headers.response.add.host',
      bad('host'),
    ],
    [
      'a response header to set',
      { route: [target], headers: { response: { set: { ':authority': '' } } } },
      'headers.response.set.:authority',
      bad(':authority'),
    ],
    [
      'a response header value',
      { route: [target], headers: { response: { add: { a: '%' } } } },
      'headers.response.add.a',
      unpaired,
    ],
    [
      'a response header to remove',
      { route: [target], headers: { response: { remove: [''] } } },
      'headers.response.remove[0]',
      'header name must not be empty',
    ],
    [
      'headers of a destination',
      { route: [{ ...target, headers: { response: { add: { a: '%' } } } }] },
      'route[0].headers.response.add.a',
      unpaired,
    ],
  ])('%s', (_name, route, field, message) => {
    expect(validateRoute(route)).toEqual([{ field, message }]);
  });

  it('reports all problems at once', () => {
    const route = { match: [{ port: -1 }], route: [{ destination: { host: '' }, weight: -1 }] };
    expect(validateRoute(route).map(({ field }) => field)).toEqual([
      'match[0].port',
      'route[0].destination.host',
      'route[0].weight',
    ]);
  });
});

it.each<[string, object, string[]]>([
  ['subset and port', { destination: { host: 'a', subset: null, port: null } }, []],
  ['host', { destination: { host: null } }, ['route[0].destination.host']],
  ['destination', { destination: null }, ['route[0].destination.host']],
  [
    'parts of operations',
    {
      destination: { host: 'a' },
      headers: { request: { add: null, remove: null }, response: null },
    },
    [],
  ],
])('null for %s, which admission sees before the schema is validated', (_, target, fields) => {
  const route = { route: [target] } as HTTPRoute;
  expect(validateRoute(route).map(({ field }) => field)).toEqual(fields);
});
