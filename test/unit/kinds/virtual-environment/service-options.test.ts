import { describe, expect, it } from '@jest/globals';
import { serviceOptions } from '../../../../src/kinds/virtual-environment/service-options.ts';
import { RULES } from '../../../support/virtual-environment.ts';

const SETTINGS = { clusterDomain: 'cluster.local', allowedHosts: ['*.Example.com', 'demo.com'] };
const ALIASES = [{ name: 'Cookie', pattern: '', placeholder: '(@)' }];

function optionsOf(annotations: Record<string, string>, allowedHosts = SETTINGS.allowedHosts) {
  const prefixed = Object.entries(annotations).map(([key, value]) => [
    `kt-virtual-environment/${key}`,
    value,
  ]);
  const metadata = {
    name: 'app-js',
    namespace: 'default',
    annotations: Object.fromEntries(prefixed) as Record<string, string>,
  };
  const service = { apiVersion: 'v1', kind: 'Service', metadata };
  return serviceOptions(service, { ...RULES, aliases: ALIASES }, { ...SETTINGS, allowedHosts });
}

const ruleOf = (rule: unknown, more: Record<string, string> = {}) =>
  optionsOf({ rule: typeof rule === 'string' ? rule : JSON.stringify(rule), ...more });

describe('the names in the annotations of a Service', () => {
  it('are none by default', () => {
    expect(optionsOf({})).toEqual({ gateways: [], hosts: [], problems: [] });
  });

  it('are trimmed and distinct, without the mesh and the Service itself', () => {
    const given = {
      gateways: ' demo-gateway, infra/gw,,mesh,demo-gateway ,./own',
      hosts: 'demo.com, a.example.com,app-js,app-js.default.svc.cluster.local,demo.com',
    };
    expect(optionsOf(given)).toEqual({
      gateways: ['demo-gateway', 'infra/gw', 'default/own'],
      hosts: ['demo.com', 'a.example.com'],
      problems: [],
    });
  });

  it('name each gateway once, in whatever form', () => {
    const { gateways } = optionsOf({
      gateways: './own,own,default/own,own.default,gw.infra,infra/gw,./mesh',
    });
    expect(gateways).toEqual(['default/own', 'gw.infra', 'default/mesh']);
  });

  it('are hosts in lower case, because Istio ignores their case', () => {
    const { hosts, problems } = optionsOf({
      hosts: 'APP-JS,Other,other,App-Js.Default.svc.Cluster.Local,Demo.com,X.Example.COM',
    });
    expect(hosts).toEqual(['other', 'demo.com', 'x.example.com']);
    expect(problems).toEqual([]);
  });

  it.each([
    ['a.example.com,*.example.com', 'a.example.com', '*.example.com'],
    ['*.example.com,b.example.com', '*.example.com', 'b.example.com'],
    ['*-js', undefined, '*-js'],
  ])('are hosts that do not overlap, as istiod wants them: %s', (given, kept, left) => {
    const { hosts, problems } = optionsOf({ hosts: given }, ['*']);
    expect(hosts).toEqual(kept === undefined ? [] : [kept]);
    expect(problems).toEqual([
      `annotation kt-virtual-environment/hosts: "${left}" is ignored: it overlaps with ${kept ?? 'app-js'}, and istiod refuses a VirtualService with both; remove one of them`,
    ]);
  });

  it.each([
    ['other', true],
    // Istio does not complete these two.
    ['other.default', false],
    ['other.default.svc', false],
    ['other.default.svc.cluster.local', true],
    ['other.shop', false],
    ['other.shop.svc.cluster.local', false],
    ['*.default.svc.cluster.local', false],
    ['x.example.com', true],
    ['*.example.com', true],
    ['*.com', false],
    ['example.com', false],
    ['test.com', false],
  ])('host %s is allowed: %s', (host, isAllowed) => {
    const { hosts, problems } = optionsOf({ hosts: host });
    expect(hosts).toEqual(isAllowed ? [host] : []);
    expect(problems).toEqual(
      isAllowed
        ? []
        : [
            `annotation kt-virtual-environment/hosts: "${host}" is ignored: it is outside of namespace default, and the administrator of this service does not allow it (--virtual-environment-hosts)`,
          ],
    );
  });

  it.each([
    [
      'gateways',
      'a b',
      /^annotation kt-virtual-environment\/gateways: "a b" is ignored: it is no name of a gateway/,
    ],
    ['gateways', 'a/b/c', /no name of a gateway/],
    ['gateways', './b/c', /no name of a gateway/],
    ['gateways', './', /no name of a gateway/],
    ['gateways', '.', /no name of a gateway/],
    ['gateways', '*/gw', /no name of a gateway/],
    // istiod accepts it, and reads it as a gateway of the namespace "".
    ['gateways', 'gw.', /no name of a gateway/],
    ['hosts', '*', /no host name/],
    ['hosts', 'http://demo.com', /no host name/],
    ['hosts', '10.0.0.1', /no host name/],
  ])('are ignored where %s is "%s"', (key, value, problem) => {
    const { gateways, hosts, problems } = optionsOf({ [key]: `${value}` });
    expect([...gateways, ...hosts]).toEqual([]);
    expect(problems[0]).toMatch(problem);
  });

  it('are at most 32', () => {
    const { gateways, problems } = optionsOf({
      gateways: Array.from({ length: 40 }, (_, i) => `gw-${i}`).join(','),
    });
    expect(gateways).toHaveLength(32);
    expect(problems[0]).toMatch(/has 40 names/);
  });
});

describe('the rule of a Service', () => {
  it.each<[string, unknown, unknown]>([
    [
      'as the operator’s documentation has it',
      '{"Rewrite":{"Uri":"/prefix"},"Match":[{"Uri":{"Prefix":"/prefix"}}]}',
      { rewrite: { uri: '/prefix' }, match: [{ uri: { prefix: '/prefix' } }] },
    ],
    [
      'names of headers keep their case',
      { Match: [{ Headers: { 'X-Uri': { Exact: 'Exact' } } }] },
      { match: [{ headers: { 'X-Uri': { exact: 'Exact' } } }] },
    ],
    [
      'other fields',
      {
        timeout: '3s',
        retries: { attempts: 2 },
        fault: { abort: { httpStatus: 500 } },
        corsPolicy: { allowOrigins: [{ exact: 'a' }] },
        mirror: { host: 'other' },
        headers: { request: { set: { a: 'b' } } },
      },
      {
        timeout: '3s',
        retries: { attempts: 2 },
        fault: { abort: { httpStatus: 500 } },
        corsPolicy: { allowOrigins: [{ exact: 'a' }] },
        mirror: { host: 'other' },
        headers: { request: { set: { a: 'b' } } },
      },
    ],
    ['nothing', {}, {}],
    ['empty lists', { match: [], route: [] }, { match: [], route: [] }],
  ])('is %s', (_, rule, expected) => {
    expect(ruleOf(rule)).toEqual({ gateways: [], hosts: [], rule: expected, problems: [] });
  });

  it('is absent where it is empty', () => {
    expect(ruleOf(' ')).toEqual({ gateways: [], hosts: [], problems: [] });
  });

  it.each<[string, unknown, unknown, RegExp[]]>([
    [
      'name',
      { name: 'a', timeout: '1s' },
      { timeout: '1s' },
      [/name is ignored: routes with names/],
    ],
    [
      'other answers',
      { redirect: { uri: '/' }, directResponse: { status: 1 }, delegate: { name: 'a' } },
      {},
      [/redirect is ignored/, /directResponse is ignored/, /delegate is ignored/],
    ],
    [
      'further matches',
      { match: [{ uri: { exact: '/a' } }, 7] },
      { match: [{ uri: { exact: '/a' } }] },
      [/only the first item of match/],
    ],
    [
      'port and gateways',
      { match: [{ port: 1, gateways: ['a'], scheme: { exact: 'a' } }] },
      { match: [{ scheme: { exact: 'a' } }] },
      [/match\[0\]\.port is ignored/, /match\[0\]\.gateways is ignored/],
    ],
    [
      'its headers',
      {
        match: [
          {
            headers: { 'x-virtual-env': { exact: 'a' }, a: { exact: 'a' } },
            withoutHeaders: { cookie: {} },
          },
        ],
      },
      { match: [{ headers: { a: { exact: 'a' } }, withoutHeaders: {} }] },
      [/headers\.x-virtual-env is ignored/, /withoutHeaders\.cookie is ignored/],
    ],
    [
      'destination and weight',
      {
        route: [{ destination: { host: 'b' }, weight: 1, headers: { request: { remove: ['a'] } } }],
      },
      { route: [{ headers: { request: { remove: ['a'] } }, destination: { host: 'app-js' } }] },
      [/route\[0\]\.destination is ignored/, /route\[0\]\.weight is ignored/],
    ],
  ])('goes on without what is not used: %s', (_, given, expected, problems) => {
    const options = ruleOf(given);
    expect(options.rule).toEqual(expected);
    expect(options.problems).toHaveLength(problems.length);
    problems.forEach((problem, i) => {
      expect(options.problems[i]).toMatch(problem);
    });
  });

  it.each<[string, unknown, RegExp]>([
    [
      'no JSON',
      '{',
      /^annotation kt-virtual-environment\/rule: is no JSON: .*; the whole rule is ignored until then$/s,
    ],
    ['no object', '[]', /must be a JSON object/],
    ['null', 'null', /must be a JSON object/],
    [
      'an unknown field',
      { websocketUpgrade: true },
      /rule: websocketUpgrade is no field of VirtualService/,
    ],
    [
      'an unknown field below',
      { match: [{ uri: { suffix: 'a' } }] },
      /rule: match\[0\]\.uri\.suffix is no field/,
    ],
    ['a field in two spellings', '{"timeout":"1s","Timeout":"2s"}', /rule: Timeout is no field/],
    ['a prototype', '{"__proto__":{}}', /rule: __proto__ is no field/],
    ['a wrong type', { timeout: 3 }, /rule: timeout must be a text/],
    ['a wrong type of a list', { match: {} }, /rule: match must be a list/],
    ['a wrong type of an item', { match: [null] }, /rule: match\[0\] must not be null/],
    ['a wrong target', { route: [7] }, /rule: route\[0\] must be an object/],
    ['targets that are no list', { route: {} }, /rule: route must be a list/],
    [
      'what istiod refuses',
      { retries: { attempts: -1 } },
      /rule: retries\.attempts must not be negative/,
    ],
    [
      'what Envoy refuses',
      { rewrite: { uri: 'a\nb' } },
      /rule: rewrite\.uri must not contain line breaks/,
    ],
    [
      'a costly regex',
      { match: [{ uri: { regex: '.{1,1000}' } }] },
      /rule: match\[0\]\.uri\.regex is too costly/,
    ],
    [
      'a JWT claim',
      { match: [{ headers: { '@request.auth.claims.sub': { exact: 'a' } } }] },
      /JWT claims can be matched at gateways only/,
    ],
    [
      'as many headers as Envoy accepts',
      {
        headers: {
          request: {
            set: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`h${i}`, ''])),
          },
        },
      },
      /rule: headers\.request sets or adds 1000 headers/,
    ],
    ['deep JSON', `{"a":${'['.repeat(30)}${']'.repeat(30)}}`, /nests deeper/],
    ['long', { timeout: 'x'.repeat(20_000) }, /longer than 16384/],
  ])('is refused as a whole: %s', (_, given, problem) => {
    const { rule, problems } = ruleOf(given);
    expect(rule).toBeUndefined();
    expect(problems[0]).toMatch(problem);
  });

  it('has no conditions on the source beside gateways, where Istio would ignore them', () => {
    const rule = { match: [{ sourceLabels: { app: 'a' } }] };
    expect(ruleOf(rule).rule).toEqual(rule);
    const { rule: refused, problems } = ruleOf(rule, { gateways: 'gw' });
    expect(refused).toBeUndefined();
    expect(problems[0]).toMatch(/conditions on the source/);
  });
});
