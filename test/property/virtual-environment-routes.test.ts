import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluate, type HostRequest, type Mesh } from '../../src/istio/evaluate.ts';
import { patchProblems } from '../../src/istio/merged-routes/patch-problems.ts';
import { targetProblems } from '../../src/istio/merged-routes/target-problems.ts';
import type { HTTPRoute } from '../../src/istio/types.ts';
import { validateRoute } from '../../src/istio/validate-route.ts';
import { destinationRule } from '../../src/kinds/virtual-environment/destination-rule.ts';
import { longestOf } from '../../src/kinds/virtual-environment/levels.ts';
import { wantedRoutes } from '../../src/kinds/virtual-environment/routes.ts';
import type { LevelRules, RoutesInput } from '../../src/kinds/virtual-environment/types.ts';
import { virtualService } from '../../src/kinds/virtual-environment/virtualservice.ts';
import { type Case, RULES, routesInput } from '../support/virtual-environment.ts';

const HOST = 'app-js.default.svc.cluster.local';
/** Values that begin alike, with borders at other places. */
const VALUES = [
  'a',
  'a.b',
  'a.b.c',
  'a.bc',
  'a-b',
  'a-b.c',
  'ab',
  'a_b',
  'A',
  'b',
  'b.a',
  'a..b',
  'a/b',
];
/** Patterns, and the text in which a value stands. */
const PATTERNS: readonly (readonly [string, (value: string) => string])[] = [
  ['', (value) => value],
  ['(.*;)?env=(@)(;.*)?', (value) => `x=a;env=${value};y=b`],
  ['.*;VirtualEnv=(@);.*', (value) => `a;VirtualEnv=${value};b`],
  ['.*(@)', (value) => `=${value}`],
  ['(@).*', (value) => `${value} a`],
  ['@=(@).+', (value) => `@=${value}, a`],
  ['(?:one|two):(@)', (value) => `two:${value}`],
];

const value = fc.constantFrom(...VALUES);
const labelValue = fc.constantFrom(...VALUES.filter((one) => !one.includes('/')));
const headerValue = fc.oneof(
  value,
  fc
    .tuple(value, fc.constantFrom('', '.', '-', '.x', 'x', ' ', '.b'))
    .map((parts) => parts.join('')),
);
const setup = fc.record({
  versions: fc.uniqueArray(labelValue, { maxLength: 7 }),
  defaultSubset: fc.option(labelValue, { nil: undefined }),
  ports: fc.constantFrom<number[]>([8080], [80, 8080]),
  splitter: fc.constantFrom('.', '-', '_', '/', 'b', '+'),
  patterns: fc.array(fc.nat({ max: PATTERNS.length - 1 }), { maxLength: 2 }),
  callers: fc.uniqueArray(labelValue, { maxLength: 3 }),
  gateways: fc.constantFrom<string[]>([], ['gw', 'infra/gw']),
});
type Setup = typeof setup extends fc.Arbitrary<infer T> ? T : never;
const request = fc.record({
  header: fc.option(headerValue, { nil: undefined }),
  aliases: fc.array(fc.option(labelValue, { nil: undefined }), { minLength: 2, maxLength: 2 }),
  label: fc.option(labelValue, { nil: undefined }),
  namespace: fc.constantFrom('default', 'other'),
  port: fc.nat({ max: 1 }),
  isAtGateway: fc.boolean(),
  /** The second one is that of a Service, too. */
  gatewayPort: fc.constantFrom(443, 8080),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function aliasesOf({ patterns }: Setup): LevelRules['aliases'] {
  return patterns.map((at, i) => ({
    name: `X-Alias-${i}`,
    pattern: PATTERNS[at]?.[0] ?? '',
    placeholder: '(@)',
  }));
}

function inputOf(given: Setup): RoutesInput {
  const { gateways, ...rest } = given;
  const input: Case = { ...rest, aliases: aliasesOf(given), options: { gateways } };
  return routesInput(input);
}

function meshOf(input: RoutesInput, http: HTTPRoute[]): Mesh {
  const { service, namespace, options, routed } = input;
  return {
    clusterDomain: 'cluster.local',
    virtualServices: [virtualService(service, namespace, options, http)],
    destinationRules: [destinationRule(service, namespace, routed, {})],
    services: [{ host: HOST, namespace, selector: { app: 'app-js' }, ports: input.ports }],
  };
}

function hostRequest(sent: Request, given: Setup): HostRequest {
  const headers: Record<string, string> = {};
  if (sent.header !== undefined) headers['x-virtual-env'] = sent.header;
  given.patterns.forEach((at, i) => {
    const alias = sent.aliases[i];
    if (alias !== undefined) headers[`x-alias-${i}`] = PATTERNS[at]?.[1](alias) ?? '';
  });
  const isAtGateway = sent.isAtGateway && given.gateways.length > 0;
  return {
    method: 'GET',
    scheme: 'http',
    authority: HOST,
    path: '/',
    host: HOST,
    headers,
    port: isAtGateway ? sent.gatewayPort : (given.ports[sent.port] ?? given.ports[0] ?? 0),
    ...(sent.label === undefined ? {} : { sourceLabels: { [RULES.label]: sent.label } }),
    sourceNamespace: sent.namespace,
    gateway: isAtGateway ? 'infra/gw' : 'mesh',
  };
}

/** The law: without a look at routes. */
function expectedSubset(sent: Request, given: Setup, input: RoutesInput): string | undefined {
  const subsets = new Map(input.routed.map((version) => [version.value, version.subset]));
  const subsetOf = (text: string | undefined) => {
    const found = text === undefined ? undefined : longestOf(text, subsets, given);
    return found === undefined ? undefined : subsets.get(found);
  };
  const isUsed = (i: number) => !isRefused(given, i);
  const byAlias = given.patterns.map((_, i) => (isUsed(i) ? subsetOf(sent.aliases[i]) : undefined));
  const isCaller =
    sent.header === undefined &&
    sent.namespace === 'default' &&
    !(sent.isAtGateway && given.gateways.length > 0) &&
    given.callers.includes(sent.label ?? '');
  return (
    subsetOf(sent.header) ??
    byAlias.find((one) => one !== undefined) ??
    (isCaller ? subsetOf(sent.label) : undefined) ??
    input.defaultSubset
  );
}

function isRefused(given: Setup, i: number): boolean {
  const aliases = aliasesOf(given).slice(i, i + 1);
  const { problems } = wantedRoutes(routesInput({ ...given, aliases, callers: [] }));
  return problems.length > 0;
}

describe('the routes of a VirtualEnvironment', () => {
  it('lead to the nearest routable ancestor of the value, else to the default', () => {
    fc.assert(
      fc.property(setup, request, (given, sent) => {
        const input = inputOf(given);
        const { http } = wantedRoutes(input);
        const outcome = evaluate(hostRequest(sent, given), meshOf(input, http));
        expect(outcome.kind).toBe('destinations');
        const [reached] = outcome.kind === 'destinations' ? outcome.destinations : [];
        expect(reached?.unavailable).toBeUndefined();
        expect(reached?.subset).toBe(expectedSubset(sent, given, input));
      }),
      { numRuns: 1000 },
    );
  });

  it('are accepted by istiod and Envoy', () => {
    fc.assert(
      fc.property(setup, (given) => {
        const input = inputOf(given);
        const { http } = wantedRoutes(input);
        const gateways = ['mesh', ...given.gateways];
        for (const route of http) expect(validateRoute(route, { gateways })).toEqual([]);
        expect(patchProblems({ http })).toEqual([]);
        expect(targetProblems({ http }, { hosts: ['app-js'], gateways })).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('do not depend on the order of versions and callers, and have no names', () => {
    fc.assert(
      fc.property(setup, fc.gen(), (given, gen) => {
        const inAnyOrder = <T>(list: readonly T[]) =>
          gen(() => fc.shuffledSubarray([...list], { minLength: list.length }));
        const input = inputOf(given);
        const other = {
          ...input,
          routed: inAnyOrder(input.routed),
          callers: inAnyOrder(input.callers),
        };
        const { http, problems } = wantedRoutes(input);
        expect(JSON.stringify(wantedRoutes(other))).toBe(JSON.stringify({ http, problems }));
        expect(http.some((route) => Object.hasOwn(route, 'name'))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['versions', (n: number) => ({ versions: values(n) })],
    ['ports', (n: number) => ({ versions: values(3), ports: values(n).map((_, i) => 8000 + i) })],
    ['callers', (n: number) => ({ versions: values(3), callers: values(n) })],
  ] as const)('grow linearly with the %s, up to a limit', (_, given) => {
    const bytes = (n: number) => JSON.stringify(wantedRoutes(routesInput(given(n))).http).length;
    expect(bytes(80)).toBeLessThan(2.1 * bytes(40));
    expect(bytes(3000)).toBeLessThan(1_000_000);
  });
});

function values(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `dev.branch-${i}`);
}
