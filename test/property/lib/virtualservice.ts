import fc from 'fast-check';
import type { IstioMatch } from '../../../src/api/dynamicenv.ts';
import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import type { HostRequest } from '../../../src/istio/evaluate.ts';
import type {
  HTTPMatchRequest,
  HTTPRoute,
  StringMatch,
  VirtualService,
} from '../../../src/istio/types.ts';
import { toJson } from '../../../src/simulator/object.ts';
import { planned } from '../../../src/virtualservice/injections/planned.ts';
import { olderFirst } from '../../../src/virtualservice/injections/precedence.ts';

/**
 * Generates VirtualServices, RouteInjections and requests. They have few different values, so that they often match
 * each other.
 */
export const HOSTS = ['backend.shop.svc.cluster.local', 'other.shop.svc.cluster.local'];
export const ENVS = ['env-a', 'env-b', 'env-c'];

const value = fc.constantFrom('a', 'ab', 'b');
const exact = value.map((text): StringMatch => ({ exact: text }));
const stringMatch = fc.oneof(
  exact,
  value.map((prefix): StringMatch => ({ prefix })),
  fc.constantFrom('a.*', '.b', 'a|b').map((regex): StringMatch => ({ regex })),
);
const headers = (names: string[], max = 2) =>
  fc.dictionary(fc.constantFrom(...names), stringMatch, { maxKeys: max });
const labels = fc.dictionary(fc.constantFrom('app', 'tier'), value, { maxKeys: 2 });
const gateways = fc.constantFrom<string[]>(['mesh'], ['mesh', 'gw'], ['gw']);

const parameters = fc.dictionary(fc.constantFrom('q', 'Q'), stringMatch, { maxKeys: 2 });
const cookieCondition = fc.constantFrom<Record<string, StringMatch>>(
  { cookie: { prefix: 'c=' } },
  { Cookie: { regex: '.*c=a.*' } },
  { cookie: { prefix: 'c=' }, Cookie: { prefix: 'c=a' } },
  { baggage: { prefix: 'k' } },
);

const entry: fc.Arbitrary<HTTPMatchRequest> = fc.record(
  {
    uri: fc.constantFrom<StringMatch>({ prefix: '/' }, { prefix: '/a' }, { exact: '/b' }),
    headers: fc.oneof(
      { weight: 4, arbitrary: headers(['user', 'User', 'lang']) },
      { weight: 1, arbitrary: cookieCondition },
    ),
    queryParams: parameters,
    withoutHeaders: headers(['USER', 'lang'], 1),
    port: fc.constantFrom(80, 81),
    sourceLabels: labels,
    sourceNamespace: fc.constantFrom('shop', 'web'),
    gateways,
  },
  { requiredKeys: [] },
);

const target = fc.constantFrom(
  { host: 'backend', subset: 'shared' },
  { host: HOSTS[0] as string, subset: 'shared' },
  { host: 'backend', subset: 'v2' },
  { host: 'backend' },
  { host: 'other', subset: 'shared' },
);
const weight = fc.constantFrom(undefined, 0, 1, 2, 50);
const targets = fc.oneof(
  target.map((destination) => [{ destination }]),
  fc
    .array(fc.tuple(target, weight), { minLength: 2, maxLength: 4 })
    // Istio refuses weights with a sum of 0.
    .filter((all) => all.some(([, part = 0]) => part > 0))
    .map((all) =>
      all.map(([destination, part]) => ({
        destination,
        ...(part === undefined ? {} : { weight: part }),
      })),
    ),
);
const plain: fc.Arbitrary<HTTPRoute> = fc.record(
  {
    name: fc.constantFrom('r', 'dynamic-environment-mine'),
    match: fc.array(entry, { maxLength: 3 }),
    route: targets,
    timeout: fc.constant('3s'),
  },
  { requiredKeys: ['route'] },
);
const special: fc.Arbitrary<HTTPRoute> = fc
  .tuple(fc.array(entry, { minLength: 1, maxLength: 2 }), fc.boolean())
  .map(([match, isRedirect]) => ({
    match,
    ...(isRedirect ? { redirect: { uri: '/x' } } : { directResponse: { status: 200 } }),
  }));

export const routeLists = fc.array(
  fc.oneof({ weight: 5, arbitrary: plain }, { weight: 1, arbitrary: special }),
  { maxLength: 4 },
);

const object = (name: string, spec: VirtualService['spec']): VirtualService => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name, namespace: 'shop', annotations: { mine: 'x' }, labels: { app: 'y' } },
  spec,
});

export const virtualServices = fc
  .tuple(routeLists, fc.option(gateways))
  .map(([http, bound]) =>
    object('backend', { hosts: ['backend'], http, ...(bound === null ? {} : { gateways: bound }) }),
  );

/** A VirtualService that delegates to `backend`. */
export const root = fc.tuple(fc.array(entry, { maxLength: 2 }), gateways).map(([match, bound]) =>
  object('root', {
    hosts: ['backend'],
    gateways: bound,
    http: [{ match, delegate: { name: 'backend' } }],
  }),
);

const plainMatch = fc.record(
  { headers: headers(['user', 'User', 'lang']), sourceLabels: labels },
  { requiredKeys: [] },
);
const anyMatch = fc.record(
  {
    headers: headers(['user', 'lang'], 1),
    sourceLabels: labels,
    queryParams: parameters,
    cookie: fc.record({ name: fc.constant('c'), exact: value }),
    baggage: fc.record({ key: fc.constantFrom('k', 'l'), exact: fc.constantFrom('a', 'a b') }),
  },
  { requiredKeys: [] },
);
const envMatch = fc.oneof(plainMatch, anyMatch).filter((match: IstioMatch) => {
  const names = Object.keys(match.headers ?? {}).map((name) => name.toLowerCase());
  const { sourceLabels, queryParams, cookie, baggage } = match;
  const others = { ...sourceLabels, ...queryParams, ...cookie, ...baggage };
  const isEmpty = names.length + Object.keys(others).length === 0;
  return !isEmpty && new Set(names).size === names.length;
});

const injection: fc.Arbitrary<RouteInjection> = fc
  .record({
    env: fc.constantFrom(...ENVS),
    day: fc.constantFrom('01', '02'),
    host: fc.constantFrom(...HOSTS, HOSTS[0] as string),
    from: fc.constantFrom<string[]>(['shared'], ['shared', 'v2'], ['v2']),
    matches: fc.array(envMatch, { minLength: 1, maxLength: 2 }),
    active: fc.constantFrom(true, true, false),
  })
  .map(({ env, day, host, from, matches, active }) => {
    const [name = ''] = host.split('.');
    return {
      apiVersion: 'riskified.com/v1alpha1',
      kind: 'RouteInjection',
      metadata: { name: `${env}-${name}` },
      spec: {
        env,
        envCreationTimestamp: `2026-01-${day}T00:00:00Z`,
        deployment: { namespace: 'shop', name },
        clone: `${name}-${env}`,
        host,
        from,
        subset: env,
        matches,
        active,
      },
    };
  });

const different = fc.uniqueArray(injection, {
  maxLength: 4,
  selector: ({ metadata }) => metadata.name,
});

/** In a cluster, all injections of an env have the same matches. Here the order of their matches may differ. */
export const injections = fc
  .tuple(different, fc.constantFrom('different', 'alike', 'reversed'))
  .map(([all, how]): RouteInjection[] =>
    all.map((one) => {
      const first = all.find(({ spec }) => spec.env === one.spec.env) ?? one;
      if (how === 'different' || first === one) return one;
      const { matches } = first.spec;
      const own = how === 'alike' ? matches : matches.toReversed();
      return { ...one, spec: { ...one.spec, matches: own } };
    }),
  );

/** The active injections, as in a plan. */
export function planOf(all: readonly RouteInjection[]) {
  return all
    .filter(({ spec }) => spec.active)
    .flatMap((one) => planned(one) ?? [])
    .sort(olderFirst);
}

/** Source labels are compared with the gateway's own pods, which do not have the callers' labels. */
export const requests: fc.Arbitrary<HostRequest> = fc
  .record({
    path: fc.constantFrom('/', '/a', '/b', '/c?x=1', '/?q=a', '/a?Q=ab', '/?q=ab&Q=b&q=b'),
    port: fc.constantFrom(80, 81),
    headers: fc
      .tuple(
        fc.dictionary(fc.constantFrom('user', 'lang'), value),
        fc.constantFrom('', '', 'c=a', 'x=1; c=ab;y', 'c="b"', 'xc=a; c=', 'c=a; c=b'),
        fc.constantFrom('', '', 'k=a', 'x=1, k=a;p=1,l=2', 'l=a%20b', 'kk=a', 'k = a '),
      )
      .map(([plainHeaders, cookie, baggage]) => ({
        ...plainHeaders,
        ...(cookie === '' ? {} : { cookie }),
        ...(baggage === '' ? {} : { baggage }),
      })),
    sourceLabels: labels,
    sourceNamespace: fc.constantFrom('shop', 'web'),
    gateway: fc.constantFrom('mesh', 'mesh', 'shop/gw'),
    host: fc.constantFrom(HOSTS[0] as string),
  })
  .map((request) => ({
    ...request,
    method: 'GET',
    scheme: 'http',
    authority: 'backend',
    sourceLabels: request.gateway === 'mesh' ? request.sourceLabels : {},
  }));

/** The same value with the keys of its maps in another order. */
export function shuffled<T>(given: T, seed: number): T {
  return reorder(toJson(given), seed) as T;
}

function reorder(given: unknown, seed: number): unknown {
  if (Array.isArray(given)) return given.map((item) => reorder(item, seed));
  if (typeof given !== 'object' || given === null) return given;
  const members = Object.entries(given).map(([key, member]) => [key, reorder(member, seed)]);
  return Object.fromEntries(seed % 2 === 0 ? members.toReversed() : members);
}
