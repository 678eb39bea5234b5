import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import type { IstioMatch } from '../../src/api/dynamicenv.ts';
import { entryKey, isEntryRouteName } from '../../src/api/route-name.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import { selectionOf } from '../../src/api/selection.ts';
import { evaluate, type HostRequest } from '../../src/istio/evaluate.ts';
import { firstMismatch } from '../../src/istio/match-request.ts';
import type { HTTPMatchRequest, HTTPRoute, VirtualService } from '../../src/istio/types.ts';
import { httpOf } from '../../src/virtualservice/routes/scope.ts';
import { injection, to, virtualService } from '../unit/virtualservice/builders.ts';
import { settled } from './lib/writes.ts';

/** Envs with entries at hosts of one VirtualService that is bound to a gateway. */

const HOSTS = ['shop.example.com', 'api.example.com', 'other.example.org'];
const REFS = ['mp-1', 'mp-10', 'mp-2', 'env.c', 'env.d'];
const SOURCE = 'x-source-route';

interface Env {
  link: string;
  hosts: string[];
  active: boolean;
  hasClone: boolean;
  isShared: boolean;
}
const envs: fc.Arbitrary<Env[]> = fc.array(
  fc.record({
    link: fc.constantFrom(...REFS),
    hosts: fc.subarray(HOSTS.slice(0, 2), { minLength: 1 }),
    active: fc.boolean(),
    hasClone: fc.boolean(),
    isShared: fc.boolean(),
  }),
  { maxLength: 5 },
);

const matches: fc.Arbitrary<HTTPMatchRequest> = fc.record(
  {
    uri: fc.constantFrom({ prefix: '/' }, { prefix: '/a' }, { exact: '/b' }),
    authority: fc.constantFrom({ exact: 'shop.example.com' }, { prefix: 'shop' }),
    gateways: fc.constantFrom(['mesh'], ['infra/gw'], ['mesh', 'infra/gw']),
    sourceLabels: fc.constantFrom({ app: 'web' }),
    headers: fc.constantFrom({ cookie: { regex: '.*v=2.*' } }, { [SOURCE]: { exact: 'mp-1' } }),
    queryParams: fc.constantFrom({ [SOURCE]: { exact: 'mp-1' } }, { q: { exact: '1' } }),
  },
  { requiredKeys: [] },
);
const targets = fc.constantFrom<Partial<HTTPRoute>>(
  { route: [to('backend', 'shared')] },
  { route: [to('web', 'main')] },
  {
    route: [
      { ...to('backend', 'shared'), weight: 9 },
      { ...to('web', 'main'), weight: 1 },
    ],
  },
  { redirect: { uri: '/' } },
  { directResponse: { status: 418 } },
);
const routes: fc.Arbitrary<HTTPRoute[]> = fc.array(
  fc
    .record({ match: fc.array(matches, { maxLength: 2 }), target: targets })
    .map(({ match, target }) => ({ ...(match.length === 0 ? {} : { match }), ...target })),
  { minLength: 1, maxLength: 4 },
);
const objects = fc
  .record({
    http: routes,
    gateways: fc.constantFrom<string[]>(['infra/gw'], ['mesh', 'infra/gw']),
    hosts: fc.constantFrom(HOSTS, ['*.example.com', 'other.example.org'], ['*']),
  })
  .map((spec) => virtualService(spec));

function injectionsOf(all: readonly Env[]): RouteInjection[] {
  return all.flatMap((env, at) => {
    const name = env.link.startsWith('env.') ? `${env.link.slice(4)}${at}` : `e${at}`;
    const link = env.link.startsWith('env.') ? `env.${name}` : env.link;
    const isRef = link === env.link;
    const user = { headers: { user: { exact: name } } };
    const own = {
      env: name,
      clone: `backend-${name}`,
      matches: isRef ? [] : [user],
      active: env.active,
      ...(isRef ? { ref: link } : {}),
    };
    const { subset: _none, ...spec } = injection(own).spec;
    const headers: Record<string, string> = isRef ? { [SOURCE]: link } : { user: name };
    return [
      ...(env.hasClone ? [injection({ ...own, subset: name })] : []),
      ...env.hosts.map((host) => {
        const shared = env.isShared ? { shared: ['shop/backend'] } : {};
        const entry = { host, link, headers, ...shared };
        return { ...injection(own), spec: { ...spec, host: entryKey(host), from: [], entry } };
      }),
    ];
  });
}

const requests: fc.Arbitrary<HostRequest> = fc
  .record({
    host: fc.constantFrom(...HOSTS),
    gateway: fc.constantFrom('mesh', 'infra/gw'),
    path: fc.constantFrom('/', '/a', '/b', '/c'),
    query: fc.constantFrom(
      '',
      ...[...REFS, '', 'mp-3', 'mp-1%', 'x'].map((one) => `${SOURCE}=${one}`),
    ),
    cookie: fc.constantFrom('', 'v=2', ...REFS.map((ref) => `a=b; ${SOURCE}=${ref}`)),
    header: fc.constantFrom(undefined, 'mp-1', 'mp-10'),
    port: fc.constantFrom('', ':8080'),
  })
  .map(({ host, gateway, path, query, cookie, header, port }) => ({
    host,
    authority: `${host}${port}`,
    method: 'GET',
    scheme: 'https',
    path: query === '' ? path : `${path}?${query}`,
    headers: {
      ...(cookie === '' ? {} : { cookie }),
      ...(header === undefined ? {} : { [SOURCE]: header }),
    },
    gateway,
  }));

const shared = { name: 'shared', labels: { version: 'shared' } };
function goesTo(request: HostRequest, object: VirtualService) {
  const services = ['backend', 'web'].map((name) => ({
    host: `${name}.shop.svc.cluster.local`,
    namespace: 'shop',
  }));
  const rules = [{ host: 'backend', subsets: [shared] }].map((spec) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'backend', namespace: 'shop' },
    spec,
  }));
  const outcome = evaluate(request, {
    clusterDomain: 'cluster.local',
    virtualServices: [object],
    destinationRules: rules,
    services,
  });
  const { hit, ...rest } = outcome;
  return { rest, hit: hit?.routeName };
}

const isMarked = ({ path, headers }: HostRequest) =>
  path.includes(SOURCE) || (headers['cookie'] ?? '').includes(SOURCE) || SOURCE in headers;

/** The values of the links whose copies take the request: of those for a link, and of those for a cookie. */
function linksTaking(request: HostRequest, object: VirtualService): Set<string> {
  const taking = httpOf(object).filter(
    ({ name, match }) =>
      isEntryRouteName(name) &&
      match?.some((entry) => firstMismatch(entry, request, 'shop') === undefined),
  );
  return new Set(
    taking.map(({ headers, match }) =>
      match?.[0]?.queryParams?.[SOURCE]?.exact === ''
        ? 'none'
        : JSON.stringify(headers?.request?.set ?? {}),
    ),
  );
}

const RUNS = { numRuns: fc.readConfigureGlobal().numRuns ?? 60 };

it('requests without cookie and parameter, and those to other hosts and from the mesh, are answered as before', () => {
  fc.assert(
    fc.property(objects, envs, fc.array(requests, { maxLength: 20 }), (object, all, sent) => {
      const injections = injectionsOf(all);
      const after = settled(object, injections);
      const active = injections.filter(({ spec }) => spec.active);
      for (const request of sent) {
        const { hit, rest } = goesTo(request, after);
        const isEntered = active.some(({ spec }) => spec.entry?.host === request.host);
        const isFromGateway = request.gateway !== 'mesh';
        if (isMarked(request) && isEntered && isFromGateway) continue;
        expect(isEntryRouteName(hit)).toBe(false);
        if (!(SOURCE in request.headers)) expect(rest).toEqual(goesTo(request, object).rest);
      }
    }),
    RUNS,
  );
});

it('of the copies for parameter or cookie, only those of one link match a request', () => {
  fc.assert(
    fc.property(objects, envs, fc.array(requests, { maxLength: 20 }), (object, all, sent) => {
      const after = settled(object, injectionsOf(all));
      for (const request of sent) {
        const byLink = { ...request, headers: {} };
        const byCookie = { ...request, path: request.path.split('?')[0] ?? '/' };
        expect(linksTaking(byLink, after).size).toBeLessThanOrEqual(1);
        expect(linksTaking(byCookie, after).size).toBeLessThanOrEqual(1);
        if (request.path.endsWith(`${SOURCE}=`)) {
          const { hit, rest } = goesTo(request, after);
          const route = httpOf(after).find(({ name, match }) => name === hit && match);
          // Whoever leaves reaches what there was without envs, unless a route has a condition on the parameter itself.
          if (isEntryRouteName(hit) && route) {
            const plain = { ...request, headers: {} };
            expect(rest).toEqual(goesTo(plain, object).rest);
          }
        }
      }
    }),
    RUNS,
  );
});

const MATCHES: readonly IstioMatch[] = [
  { headers: { user: { exact: 'bob' } } },
  { headers: { user: { prefix: 'b' } } },
  { headers: { user: { exact: 'bob' }, team: { exact: 'a' } } },
  { headers: { [SOURCE]: { exact: 'mp-1' } } },
  { cookie: { name: 'v', exact: '2' } },
  { queryParams: { q: { exact: '1' } } },
];
const envsWithMatches = fc.array(
  fc.record({
    matches: fc.subarray([...MATCHES], { minLength: 1, maxLength: 3 }),
    ref: fc.constantFrom(undefined, 'mp-1', 'mp-10'),
    base: fc.constantFrom('backend', 'web', undefined),
    hasEntry: fc.boolean(),
    age: fc.nat(3),
  }),
  { maxLength: 4 },
);
type EnvWithMatches = typeof envsWithMatches extends fc.Arbitrary<(infer T)[]> ? T : never;

function injectionsWithMatches(all: readonly EnvWithMatches[]): RouteInjection[] {
  return all.flatMap(({ matches, ref, base, hasEntry, age }, at) => {
    const env = `e${at}`;
    const selecting = { env, envCreationTimestamp: `2026-01-0${age + 1}T00:00:00Z` };
    const own = { ...selecting, ...(ref === undefined ? {} : { ref }), active: true };
    const service = base ?? 'none';
    const ofBase = {
      ...own,
      ...selectionOf({ istioMatches: matches }),
      deployment: { namespace: 'shop', name: service },
      clone: `${service}-${env}`,
      host: `${service}.shop.svc.cluster.local`,
      from: ['shared', 'main'],
      subset: env,
    };
    const { subset: _none, ...spec } = injection({ ...own, matches }).spec;
    const headers: Record<string, string> = ref === undefined ? { x: env } : { [SOURCE]: ref };
    const entry = { host: 'shop.example.com', link: ref ?? `env.${env}`, headers };
    const ofEntry = { ...spec, host: entryKey(entry.host), from: [], entry };
    return [
      ...(base === undefined ? [] : [injection(ofBase)]),
      ...(hasEntry ? [{ ...injection(own), spec: ofEntry }] : []),
    ];
  });
}

const requestsWithMatches = fc
  .tuple(
    requests,
    fc.record(
      { user: fc.constantFrom('bob', 'b'), team: fc.constant('a'), x: fc.constant('e0') },
      { requiredKeys: [] },
    ),
    fc.boolean(),
  )
  .map(([request, headers, hasParameter]): HostRequest => {
    const path = (request.path.split('?')[0] ?? '/') + (hasParameter ? '?q=1' : '');
    return { ...request, path, headers: { ...request.headers, ...headers } };
  })
  .filter(({ headers }) => !(headers['cookie'] ?? '').includes(SOURCE));

it("without parameter and cookie a request goes where it would go without entries, whatever the envs' matches are", () => {
  fc.assert(
    fc.property(
      objects,
      envsWithMatches,
      fc.array(requestsWithMatches, { maxLength: 20 }),
      (object, all, sent) => {
        const injections = injectionsWithMatches(all);
        const after = settled(object, injections);
        const without = settled(
          object,
          injections.filter(({ spec }) => spec.entry === undefined),
        );
        for (const request of sent) {
          expect(goesTo(request, after).rest).toEqual(goesTo(request, without).rest);
        }
      },
    ),
    { numRuns: RUNS.numRuns * 5 },
  );
});
