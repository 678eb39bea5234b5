import { describe, expect, it } from '@jest/globals';
import type { HTTPMatchRequest } from '../../../../src/istio/types.ts';
import { destinationRule } from '../../../../src/kinds/virtual-environment/destination-rule.ts';
import { wantedRoutes } from '../../../../src/kinds/virtual-environment/routes.ts';
import { virtualService } from '../../../../src/kinds/virtual-environment/virtualservice.ts';
import { type Case, routesInput, summary } from '../../../support/virtual-environment.ts';

const DEV = { versions: ['dev', 'dev.proj1'], defaultSubset: 'dev' };

function matchesOf(given: Case): HTTPMatchRequest[][] {
  return wantedRoutes(routesInput(given)).http.map(({ match = [] }) => match);
}

describe('the objects of a Service', () => {
  it('are a VirtualService and a DestinationRule of its name', () => {
    const input = routesInput(DEV);
    const { http } = wantedRoutes(input);
    const to = (subset: string) => [
      { destination: { host: 'app-js', subset, port: { number: 8080 } } },
    ];
    expect(virtualService('app-js', 'default', input.options, http)).toEqual({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'app-js', namespace: 'default' },
      spec: {
        hosts: ['app-js'],
        gateways: ['mesh'],
        http: [
          {
            match: [
              { headers: { 'X-Virtual-Env': { exact: 'dev.proj1' } }, port: 8080 },
              { headers: { 'X-Virtual-Env': { prefix: 'dev.proj1.' } }, port: 8080 },
            ],
            route: to('dev-proj1'),
          },
          {
            match: [
              { headers: { 'X-Virtual-Env': { exact: 'dev' } }, port: 8080 },
              { headers: { 'X-Virtual-Env': { prefix: 'dev.' } }, port: 8080 },
            ],
            route: to('dev'),
          },
          { match: [{ port: 8080 }], route: to('dev') },
        ],
      },
    });
    expect(destinationRule('app-js', 'default', [...input.routed].reverse(), { a: 'b' })).toEqual({
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'app-js', namespace: 'default', annotations: { a: 'b' } },
      spec: {
        host: 'app-js',
        subsets: [
          { name: 'dev', labels: { 'virtual-env': 'dev' } },
          { name: 'dev-proj1', labels: { 'virtual-env': 'dev.proj1' } },
        ],
      },
    });
  });

  it('have further hosts and gateways', () => {
    const options = { hosts: ['demo.com'], gateways: ['gw'] };
    const { spec } = virtualService('app-js', 'default', options, []);
    expect(spec).toEqual({ hosts: ['app-js', 'demo.com'], gateways: ['mesh', 'gw'], http: [] });
  });
});

describe('routes', () => {
  it('at gateways have no port, and lead to the first one', () => {
    const given = { versions: ['a'], ports: [80, 81], options: { gateways: ['gw'] } };
    const [first, byDefault, ...others] = matchesOf(given);
    const exact = { headers: { 'X-Virtual-Env': { exact: 'a' } } };
    const prefix = { headers: { 'X-Virtual-Env': { prefix: 'a.' } } };
    const mesh = { port: 80, gateways: ['mesh'] };
    expect(first).toEqual([
      { ...exact, ...mesh },
      { ...prefix, ...mesh },
      { ...exact, gateways: ['gw'] },
      { ...prefix, gateways: ['gw'] },
    ]);
    expect(byDefault).toEqual([mesh, { gateways: ['gw'] }]);
    expect(others.flat().map(({ port, gateways }) => [port, gateways])).toEqual(
      Array(3).fill([81, ['mesh']]),
    );
  });

  it('have aliases after the header, in the order of the object', () => {
    const aliases = [
      { name: 'X-Trace', pattern: '', placeholder: '(@)' },
      { name: 'Cookie', pattern: 'env=(@)', placeholder: '(@)' },
    ];
    const { http, problems } = wantedRoutes(routesInput({ ...DEV, aliases }));
    expect(problems).toEqual([]);
    const tail = String.raw`(?:\.[-A-Za-z0-9_.]*)?`;
    expect(summary(http)).toEqual([
      '8080 dev.proj1→dev-proj1',
      '8080 dev→dev',
      '8080 dev.proj1→dev-proj1',
      '8080 dev→dev',
      String.raw`8080 /env=dev\.proj1${tail}/→dev-proj1`,
      `8080 /env=dev${tail}/→dev`,
      '8080 *→dev',
    ]);
    expect(http.map(({ match }) => Object.keys(match?.[0]?.headers ?? {})[0])).toEqual([
      ...Array(2).fill('X-Virtual-Env'),
      ...Array(2).fill('X-Trace'),
      ...Array(2).fill('Cookie'),
      undefined,
    ]);
  });

  it('go on without an alias that is refused, or too costly with so many versions', () => {
    const refused = { name: 'Cookie', pattern: 'env=(@)x', placeholder: '(@)' };
    const costly = { name: 'X-Long', pattern: `(@);.{100}${'x'.repeat(100)}`, placeholder: '(@)' };
    const good = { name: 'X-Good', pattern: '', placeholder: '(@)' };
    const versions = Array.from({ length: 40 }, (_, i) => `v${i}`);
    const given = routesInput({ versions, aliases: [refused, costly, good] });
    const { http, problems } = wantedRoutes(given);
    expect(problems).toEqual([
      expect.stringMatching(/^alias Cookie is ignored: its pattern does not say where/),
      expect.stringMatching(/^alias X-Long is ignored: with 40 versions its regexes/),
    ]);
    expect(http).toHaveLength(40 + 40 + 1);
  });

  it('for callers with the label come before the default, and set the header', () => {
    const input = { ...DEV, callers: ['dev', 'dev.proj1.u1', 'qa'], options: { gateways: ['gw'] } };
    const { http } = wantedRoutes(routesInput(input));
    const injected = http.slice(2, -1);
    const entry = (value: string) => ({
      withoutHeaders: { 'X-Virtual-Env': {} },
      sourceLabels: { 'virtual-env': value },
      sourceNamespace: 'default',
      port: 8080,
    });
    expect(injected.map(({ match }) => match)).toEqual(
      ['dev.proj1.u1', 'dev', 'qa'].map((value) => [entry(value)]),
    );
    expect(injected.map(({ headers }) => headers)).toEqual(
      ['dev.proj1.u1', 'dev', 'qa'].map((value) => ({
        request: { set: { 'X-Virtual-Env': value } },
      })),
    );
    expect(summary(injected)).toEqual(['8080 *→dev-proj1', '8080 *→dev', '8080 *→dev']);
  });

  const RULE = {
    match: [
      { uri: { prefix: '/a' }, headers: { user: { exact: 'b' } }, sourceLabels: { app: 'c' } },
    ],
    route: [{ destination: { host: 'app-js' }, headers: { response: { remove: ['x'] } } }],
    headers: { request: { set: { 'x-virtual-env': 'z', y: '1' }, remove: ['X-VIRTUAL-ENV', 'q'] } },
    timeout: '3s',
  };

  it('all have the rule of the Service', () => {
    const given = { versions: ['a'], callers: ['a'], options: { rule: RULE } };
    const { http } = wantedRoutes(routesInput(given));
    expect(http).toHaveLength(3);
    for (const { match = [], route = [], timeout } of http) {
      expect(timeout).toBe('3s');
      expect(route[0]?.headers).toEqual({ response: { remove: ['x'] } });
      for (const { uri, sourceLabels } of match) {
        expect(uri).toEqual({ prefix: '/a' });
        expect(sourceLabels?.['app']).toBe('c');
      }
    }
    const [byHeader, byCaller, byDefault] = http;
    expect(byHeader?.match?.[0]?.headers).toEqual({
      user: { exact: 'b' },
      'X-Virtual-Env': { exact: 'a' },
    });
    expect(byDefault?.match).toEqual([{ ...RULE.match[0], port: 8080 }]);
    expect(byDefault?.headers).toEqual(RULE.headers);
    expect(byCaller?.match?.[0]?.sourceLabels).toEqual({ app: 'c', 'virtual-env': 'a' });
    expect(byCaller?.headers?.request).toEqual({
      set: { y: '1', 'X-Virtual-Env': 'a' },
      remove: ['q'],
    });
  });

  it.each([
    ['of another namespace', { sourceNamespace: 'other' }, 0],
    ['of this namespace', { sourceNamespace: 'default' }, 2],
    ['with one value of the label', { sourceLabels: { 'virtual-env': 'a' } }, 1],
  ])('for callers are those that a rule for callers %s leaves', (_, match, count) => {
    const options = { rule: { match: [match] } };
    const { http } = wantedRoutes(routesInput({ versions: [], callers: ['a', 'b'], options }));
    expect(http).toHaveLength(count + 1);
  });

  it('are at most 500: callers, aliases, the rule and the longest versions are left out, and told', () => {
    const versions = Array.from({ length: 300 }, (_, i) => `dev.v${i}`);
    const aliases = [{ name: 'x', pattern: '', placeholder: '(@)' }];
    const callers = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const rule = { timeout: '3s', headers: { request: { set: { a: 'x'.repeat(500) } } } };
    const given = { versions: ['dev', ...versions], aliases, callers, options: { rule } };
    const { http, problems } = wantedRoutes(routesInput(given));
    expect(http).toHaveLength(500);
    expect(http[0]?.['timeout']).toBeUndefined();
    expect(problems).toEqual([
      expect.stringMatching(/^only 0 of 1 aliases have routes/),
      expect.stringMatching(/^only 198 of 300 label values of callers/),
      expect.stringMatching(/^the annotation with the rule is ignored: in 500 routes/),
    ]);
    const many = wantedRoutes(routesInput({ versions: ['dev', ...versions], ports: [1, 2] }));
    expect(many.problems).toEqual([expect.stringMatching(/^only 249 of 301 versions have routes/)]);
    expect(summary(many.http)).toContain('1 dev→dev');
  });
});
