import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import { evaluate, type HostRequest, type Mesh } from '../../src/istio/evaluate.ts';
import type {
  HTTPMatchRequest,
  HTTPRoute,
  StringMatch,
  VirtualService,
} from '../../src/istio/types.ts';
import type { HeaderList } from '../../src/refs/carried.ts';
import { pick } from '../../src/refs/pick.ts';
import type { RefFlags } from '../../src/refs/settings.ts';
import { planned } from '../../src/virtualservice/injections/planned.ts';
import { olderFirst } from '../../src/virtualservice/injections/precedence.ts';
import { renderRoutes } from '../../src/virtualservice/injections/render.ts';
import { eligibleDestination } from '../../src/virtualservice/routes/eligible.ts';
import { refsReadIn, scopeOf } from '../../src/virtualservice/routes/scope.ts';
import { withoutOurs } from '../../src/virtualservice/routes/strip.ts';
import { joinedRequest } from '../unit/refs/joined-request.ts';
import { CONFIG, injection } from '../unit/virtualservice/builders.ts';
import { request as headerLists, REFS } from './lib/route-context.ts';

/**
 * VirtualServices whose own routes have conditions on the headers that carry refs, and envs with refs. The rendered routes send each
 * request to the clone of the ref that `pick` gives, else to where it went without envs.
 */

const SERVICES = ['cart', 'my-cart'];
const hostOf = (service: string) => `${service}.shop.svc.cluster.local`;

const flags: fc.Arbitrary<RefFlags> = fc.record({
  serviceRouteHeader: fc.constant('x-service-route'),
  sourceRouteHeader: fc.constant('x-source-route'),
  refCarriers: fc.subarray(['header', 'baggage', 'cookie'] as const),
});

/** The user's own conditions, on the headers that carry refs, too. */
const condition = fc.constantFrom<StringMatch>(
  {},
  { exact: 'mp-1' },
  { exact: 'mp-12' },
  { prefix: 'mp' },
  { regex: '.*mp-1.*' },
  { regex: '.*cart.*' },
  { exact: 'x-source-route=mp-1' },
);
const ownName = fc.constantFrom(
  'x-service-route',
  'X-Service-Route',
  'x-source-route',
  'X-Source-Route',
  'Baggage',
  'baggage',
  'Cookie',
  'cookie',
  'user',
);
const own = fc.dictionary(ownName, condition, { maxKeys: 2 });
const entry: fc.Arbitrary<HTTPMatchRequest> = fc.record(
  {
    uri: fc.constantFrom<StringMatch>({ prefix: '/' }, { prefix: '/a' }),
    headers: own,
    withoutHeaders: own,
  },
  { requiredKeys: [] },
);
/** Of one host: a route with targets on two hosts has its own rule (docs/limits.md). */
const route: fc.Arbitrary<HTTPRoute> = fc
  .record({
    service: fc.constantFrom(...SERVICES),
    subsets: fc.constantFrom(['shared'], ['v2'], ['shared', 'v2']),
    match: fc.array(entry, { maxLength: 2 }),
  })
  .map(({ service, subsets, match }) => ({
    match,
    route: subsets.map((subset) => ({ destination: { host: service, subset }, weight: 1 })),
  }));
const gateways = fc.constantFrom<string[] | undefined>(undefined, ['mesh'], ['mesh', 'gw'], ['gw']);

interface Scene {
  object: VirtualService;
  /** Through which the request comes. */
  gateway: string;
}
const scenes: fc.Arbitrary<Scene> = fc
  .tuple(fc.array(route, { minLength: 1, maxLength: 3 }), gateways, fc.boolean())
  .map(([http, bound, isPreferred]) => {
    const object: VirtualService = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'shop', namespace: 'shop' },
      spec: { hosts: [hostOf('cart')], http, ...(bound ? { gateways: bound } : {}) },
    };
    const isForGateway = bound?.includes('gw') && (isPreferred || !bound.includes('mesh'));
    return { object, gateway: isForGateway ? 'shop/gw' : 'mesh' };
  });

const service = fc.constantFrom(...SERVICES);
const ref = fc.constantFrom(...REFS);
const wish = fc.record({
  service,
  ref,
  from: fc.constantFrom<string[]>(['shared'], ['shared', 'v2']),
  day: fc.integer({ min: 1, max: 9 }),
});
const envs = fc.array(wish, { minLength: 1, maxLength: 5 }).map((all) =>
  all.map(
    ({ service, ref, from, day }, at): RouteInjection =>
      injection({
        env: `e${at}`,
        clone: `${service}-e${at}`,
        deployment: { namespace: 'shop', name: service },
        envCreationTimestamp: `2026-01-0${day}T00:00:00Z`,
        host: hostOf(service),
        from,
        matches: [],
        ref,
      }),
  ),
);

/** Headers that select a ref, each in one of the ways. */
const selecting: fc.Arbitrary<HeaderList> = fc.oneof(
  ref.map((one): HeaderList => [['x-source-route', one]]),
  fc.tuple(service, ref).map((pair): HeaderList => [['x-service-route', pair.join(':')]]),
  ref.map((one): HeaderList => [['baggage', `a=b, x-source-route=${one}`]]),
  fc
    .tuple(service, ref)
    .map(([name, one]): HeaderList => [['baggage', `x-service-route=${name}%3A${one}`]]),
  ref.map((one): HeaderList => [['cookie', `a=b; x-source-route="${one}"`]]),
);
const requests = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: selecting },
    { weight: 1, arbitrary: fc.tuple(selecting, headerLists).map((all) => all.flat()) },
    { weight: 2, arbitrary: headerLists },
  ),
  fc.constantFrom('/', '/a'),
);

function sent(
  [headers, path]: readonly [Parameters<typeof joinedRequest>[0], string],
  gateway: string,
) {
  const request = { ...joinedRequest(headers), path, gateway };
  return {
    ...request,
    host: hostOf('cart'),
    authority: 'cart',
    sourceNamespace: 'shop',
  } as HostRequest;
}

function mesh(virtualServices: VirtualService[]): Mesh {
  const subsets = ['shared', 'v2', 'e0', 'e1', 'e2', 'e3', 'e4'];
  return {
    clusterDomain: 'cluster.local',
    virtualServices,
    services: SERVICES.map((name) => ({
      host: hostOf(name),
      namespace: 'shop',
      selector: { app: name },
    })),
    destinationRules: SERVICES.map((name) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name, namespace: 'shop' },
      spec: {
        host: hostOf(name),
        subsets: subsets.map((subset) => ({ name: subset, labels: { version: subset } })),
      },
    })),
  };
}

const plansOf = (all: readonly RouteInjection[]) =>
  all.flatMap((one) => planned(one) ?? []).sort(olderFirst);

function rendered(object: VirtualService, all: readonly RouteInjection[], config: RefFlags) {
  const scope = scopeOf(object, { ...CONFIG, ...config });
  const { http, dropped } = renderRoutes(withoutOurs(object), plansOf(all), scope);
  return { object: { ...object, spec: { ...object.spec, http } }, dropped };
}

const reached = (outcome: ReturnType<typeof evaluate>) =>
  outcome.kind === 'destinations'
    ? [...new Set(outcome.destinations.map(({ host, subset }) => `${subset} of ${host}`))].sort()
    : outcome.kind;

/** Where the request should go: by the user's route that takes it without envs, and by the ref that it selects. */
function expected(
  request: HostRequest,
  holder: VirtualService,
  top: VirtualService[],
  all: readonly RouteInjection[],
  config: RefFlags,
) {
  const outcome = evaluate(request, mesh(top));
  const plain = reached(outcome);
  if (outcome.kind !== 'destinations') return { plain, wanted: plain };
  const [first] = outcome.destinations;
  const service = first?.host.split('.')[0] ?? '';
  const scope = scopeOf(holder, { ...CONFIG, ...config });
  const headers = Object.entries(request.headers);
  const picked = pick(service, headers, refsReadIn(scope), 'joined');
  const targets = outcome.destinations.map(({ host, subset }) => ({
    destination: { host, ...(subset ? { subset } : {}) },
  }));
  const env = plansOf(all).find(
    (one) =>
      one.ref === picked && eligibleDestination({ route: targets }, one, scope) !== undefined,
  );
  return { plain, picked, wanted: env === undefined ? plain : [`${env.to} of ${env.host}`] };
}

/** At least so many, since only some of the requests select a ref that is there. */
const runs = (least: number) => Math.max(least, fc.readConfigureGlobal().numRuns ?? 0);

describe('requests, according to an independent evaluator', () => {
  it('go to the clone of the ref that they select, otherwise to where they went before', () => {
    let taken = 0;
    fc.assert(
      fc.property(scenes, envs, flags, requests, ({ object, gateway }, all, config, sending) => {
        const request = sent(sending, gateway);
        const { plain, wanted } = expected(request, object, [object], all, config);
        const ours = rendered(object, all, config);
        expect(reached(evaluate(request, mesh([ours.object])))).toEqual(wanted);
        expect(ours.dropped.filter(({ isHarmless }) => !isHarmless)).toEqual([]);
        taken += Number(plain !== wanted);
      }),
      { numRuns: runs(2000) },
    );
    expect(taken).toBeGreaterThan(60);
  });

  it('go there through a delegate, too, if its root has no condition on the headers', () => {
    let taken = 0;
    const above = fc.constantFrom<HTTPMatchRequest[]>([], [{ uri: { prefix: '/' } }]);
    fc.assert(
      fc.property(scenes, above, envs, flags, requests, (scene, match, all, config, sending) => {
        const { object, gateway } = scene;
        const { gateways: bound, http } = object.spec;
        const leaf = { ...object, spec: { http: http ?? [] } };
        const root: VirtualService = {
          ...object,
          metadata: { name: 'root', namespace: 'shop' },
          spec: {
            hosts: [hostOf('cart')],
            ...(bound ? { gateways: bound } : {}),
            http: [{ match, delegate: { name: 'shop' } }],
          },
        };
        const request = sent(sending, gateway);
        const ours = rendered(leaf, all, config);
        const { plain, wanted } = expected(request, leaf, [root, leaf], all, config);
        const got = reached(evaluate(request, mesh([root, ours.object])));
        // A copy of a route of which one entry contradicts the ref is left out as a whole, and its env is told.
        const isLost = ours.dropped.some(({ isHarmless }) => !isHarmless);
        expect(isLost ? [wanted, plain] : [wanted]).toContainEqual(got);
        taken += Number(plain !== wanted);
      }),
      { numRuns: runs(1000) },
    );
    expect(taken).toBeGreaterThan(40);
  });

  it('are taken by the entries of one ref only, with all envs in any order of creation', () => {
    fc.assert(
      fc.property(
        scenes,
        envs,
        flags,
        requests,
        fc.integer(),
        (scene, all, config, sending, seed) => {
          const alone = all.filter(
            (one, at) =>
              all.findIndex(
                ({ spec }) => spec.ref === one.spec.ref && spec.host === one.spec.host,
              ) === at,
          );
          const other = alone.map((one, at) => ({
            ...one,
            spec: {
              ...one.spec,
              envCreationTimestamp: `2026-02-0${1 + (((seed >>> 0) + at * 7) % 9)}`,
            },
          }));
          const request = sent(sending, scene.gateway);
          const go = (list: readonly RouteInjection[]) =>
            reached(evaluate(request, mesh([rendered(scene.object, list, config).object])));
          expect(go(other)).toEqual(go(alone));
        },
      ),
      { numRuns: runs(1000) },
    );
  });
});
