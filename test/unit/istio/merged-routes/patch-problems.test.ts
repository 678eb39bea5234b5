import { describe, expect, it } from '@jest/globals';
import { patchProblems } from '../../../../src/istio/merged-routes/patch-problems.ts';
import {
  bare,
  headers,
  match,
  type Row,
  route,
  sni,
  targets,
  tcp,
} from '../../../support/merged-routes/row.ts';

const notWith = (other: string) => `cannot be combined with ${other}: remove one of them`;

describe('the first problem of a patch', () => {
  it.each<[Row, string, string | RegExp]>([
    [
      route('unknown field', { retry: 1 }),
      'http[0].retry',
      /^is no field of VirtualService here: remove it, or use one of name, match/,
    ],
    [
      route('null', { match: null }),
      'http[0].match',
      'must not be null: remove it, or give it a value',
    ],
    [
      match('number', { headers: { user: { exact: 1 } } }),
      'http[0].match[0].headers.user.exact',
      'must be a text, not number: put it in quotes',
    ],
    [
      match('object', { uri: { exact: {} } }),
      'http[0].match[0].uri.exact',
      'must be a text, not an object',
    ],
    [match('map', { headers: [] }), 'http[0].match[0].headers', 'must be an object, not a list'],
    [route('list', { match: {} }), 'http[0].match', 'must be a list, not an object'],
    [
      match('boolean', { ignoreUriCase: 'x' }),
      'http[0].match[0].ignoreUriCase',
      'must be true or false, not string',
    ],
    [match('whole', { port: 1.5 }), 'http[0].match[0].port', 'must be a whole number, not number'],
    [match('range', { port: -1 }), 'http[0].match[0].port', 'must be between 0 and 4294967295'],
    [
      match('one of', { uri: { exact: 'a', regex: 'a' } }),
      'http[0].match[0].uri',
      'takes only one of exact, prefix, regex',
    ],
    [targets('required', { weight: 1 }), 'http[0].route[0].destination', 'is required: add it'],
    [
      bare('enum', { redirect: { derivePort: 'x' } }),
      'http[0].redirect.derivePort',
      'must be FROM_PROTOCOL_DEFAULT or FROM_REQUEST_PORT',
    ],
    [
      bare('base64', { directResponse: { status: 200, body: { bytes: 'a' } } }),
      'http[0].directResponse.body.bytes',
      /base64/,
    ],
    [
      route('duration', { timeout: '1' }),
      'http[0].timeout',
      'must be a duration such as 500ms, 1.5s or 2m',
    ],
    [route('short', { timeout: '1us' }), 'http[0].timeout', 'must be at least 1ms'],
    [route('fraction', { timeout: '1.5ms' }), 'http[0].timeout', 'must be a multiple of 1ms'],
    [route('long', { timeout: '9223372036s' }), 'http[0].timeout', /^must be at most 9223372035s/],
    [bare('destination', {}), 'http[0].route', 'must name a destination'],
    [
      bare('conflict', { redirect: { uri: '/' }, directResponse: { status: 200 } }),
      'http[0].directResponse',
      notWith('redirect'),
    ],
    [
      bare('delegate', { delegate: {}, redirect: { uri: '/' } }),
      'http[0].redirect',
      notWith('delegate'),
    ],
    [
      route('mirrors', { mirror: { host: 'a' }, mirrors: [{ destination: { host: 'a' } }] }),
      'http[0].mirror',
      notWith('mirrors'),
    ],
    [
      targets('host', { destination: { host: '*' } }),
      'http[0].route[0].destination.host',
      '"*" is not a valid host',
    ],
    [
      route('mirror host', { mirror: { host: '' } }),
      'http[0].mirror.host',
      'a name must not be empty',
    ],
    [
      headers('name', { request: { remove: ['host'] } }),
      'http[0].headers.request.remove[0]',
      'header "host" cannot be changed',
    ],
    [
      headers('format', { request: { set: { a: '%FOO%' } } }),
      'http[0].headers.request.set.a',
      /^"%FOO%" is no command that is allowed here: write %% for a literal %/,
    ],
    [
      headers('line', { request: { set: { 'a\n': '' } } }),
      'http[0].headers.request.set.a\n',
      'must not contain line breaks or NUL',
    ],
    [
      match('regex', { uri: { regex: '/(' } }),
      'http[0].match[0].uri.regex',
      /^is no RE2 expression/,
    ],
    [
      match('parameter', { queryParams: { '': {} } }),
      'http[0].match[0].queryParams.',
      'a parameter needs a name',
    ],
    [
      match('claim', { headers: { '@request.auth.claims.a': {} } }),
      'http[0].match[0].headers.@request.auth.claims.a',
      'a condition on a JWT claim needs exact, prefix or regex',
    ],
    [
      bare('status', { directResponse: { status: 600 } }),
      'http[0].directResponse.status',
      '600 is not a status within 200..599',
    ],
    [
      bare('code', { redirect: { uri: '/', redirectCode: 304 } }),
      'http[0].redirect.redirectCode',
      'must be 301, 302, 303, 307 or 308',
    ],
    [
      route('retries', { retries: { attempts: 1, retryOn: '5xx, 503' } }),
      'http[0].retries.retryOn',
      /^" 503" is neither/,
    ],
    [
      route('cors', { corsPolicy: { maxAge: '1500ms' } }),
      'http[0].corsPolicy.maxAge',
      'must be a whole number of seconds',
    ],
    [
      tcp('subnet', { match: [{ destinationSubnets: ['a'] }] }),
      'tcp[0].match[0].destinationSubnets[0]',
      /^"a" is neither an IP address/,
    ],
    [
      tcp('every IPv4 address', { match: [{ destinationSubnets: ['10.0.0.0/8', '0.0.0.0/0'] }] }),
      'tcp[0].match[0].destinationSubnets[1]',
      /^Istio ignores "0\.0\.0\.0\/0": leave out destinationSubnets/,
    ],
    [
      sni('the address 0.0.0.0', { destinationSubnets: ['0.0.0.0'] }),
      'tls[0].match[0].destinationSubnets[0]',
      /^Istio ignores "0\.0\.0\.0":/,
    ],
    [
      sni('capitals', { sniHosts: ['a.b', '*.A.b'] }),
      'tls[0].match[0].sniHosts[1]',
      /^must be in lower case: .*write \*\.a\.b/,
    ],
    [
      tcp('tcp weights', {
        route: [{ destination: { host: 'a' } }, { destination: { host: 'a' } }],
      }),
      'tcp[0].route',
      'the weights must not add up to 0',
    ],
    [
      sni('partial', { sniHosts: ['*a.b'] }),
      'tls[0].match[0].sniHosts[0]',
      /^proxies have no partial wildcards/,
    ],
  ])('$name', ({ patch }, field, message) => {
    const [first] = patchProblems(patch);
    expect(first?.field).toBe(field);
    if (typeof message === 'string') expect(first?.message).toBe(message);
    else expect(first?.message).toMatch(message);
  });
});

describe('patchProblems', () => {
  it('accepts a patch without routes', () => {
    expect(patchProblems({})).toEqual([]);
    expect(patchProblems({ http: [], tcp: [], tls: [] })).toEqual([]);
  });

  it('names the route by its place', () => {
    const good = { route: [{ destination: { host: 'a' } }] };
    const fields = patchProblems({ http: [good, {}], tls: [good] }).map(({ field }) => field);
    expect(fields).toEqual(['tls[0].match']);
    expect(patchProblems({ http: [good, {}] })).toEqual([
      { field: 'http[1].route', message: 'must name a destination' },
    ]);
  });

  it('takes the place of a route without a name as its name', () => {
    const route = [{ destination: { host: 'a' } }];
    expect(patchProblems({ http: [{ route }, { name: '2', route }] })).toEqual([]);
    const [problem] = patchProblems({ http: [{ route }, { name: '0', route }] });
    expect(problem?.field).toBe('http[1].name');
  });

  it('reports eight problems at most, in short texts', () => {
    const many = Array.from({ length: 100 }, () => ({ ['x'.repeat(1000)]: 1 }));
    const problems = patchProblems({ http: many });
    expect(problems).toHaveLength(8);
    for (const { field, message } of problems) {
      expect(field.length).toBeLessThan(300);
      expect(message.length).toBeLessThan(700);
    }
  });

  it('compiles no regex if all of them together are too large', () => {
    const regexes = Array.from({ length: 20 }, (_, i) => ({
      uri: { regex: `(a${i}[0-9a-z]{100}` },
    }));
    const problems = patchProblems({
      http: [{ match: regexes, route: [{ destination: { host: 'a' } }] }],
    });
    expect(problems.map(({ field }) => field)).toEqual(['http']);
    expect(problems[0]?.message).toMatch(/too costly for every proxy/);
  });

  it('counts an expression once that is used several times', () => {
    const regexes = Array.from({ length: 100 }, () => ({ uri: { regex: '/a[0-9a-z]{100}' } }));
    const http = [{ match: regexes, route: [{ destination: { host: 'a' } }] }];
    expect(patchProblems({ http })).toEqual([]);
  });
});
