import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import {
  GATEWAY,
  GATEWAY_LABELS,
  NAMESPACE,
  networking,
  REGULAR,
  serviceObjects,
} from '../branches/world.ts';

export const SHOP = 'shop.example.com';
/** Also a host of the shop's VirtualService, but the administrator does not list it. */
export const UNLISTED = 'api.example.com';
/** A host of a VirtualService with the wildcard `*.dev.example.com`. */
export const IN_WILDCARD = 'one.dev.example.com';
/** Belongs to two VirtualServices at the same gateway. */
export const PAIR = 'pair.example.com';
/** What the administrator lists (`--entry-hosts`). */
export const ENTRY_HOSTS = `${SHOP},${PAIR},*.dev.example.com`;

/** The VirtualServices of each host, in the order in which Istio joins them. */
export const VIRTUAL_SERVICES: readonly (readonly [host: string, ...names: string[]])[] = [
  [SHOP, 'web'],
  [IN_WILDCARD, 'wild'],
  [PAIR, 'pair-a', 'pair-b'],
];

/** Which service answers, without envs: at least one request for each VirtualService and service. */
export const SERVED: readonly (readonly [host: string, path: string, service: string])[] = [
  [SHOP, '/', 'frontend'],
  [SHOP, '/api', 'backend'],
  [IN_WILDCARD, '/api', 'backend'],
  [PAIR, '/a', 'backend'],
  [PAIR, '/b', 'backend'],
];

const BACKEND = { host: 'backend', subset: REGULAR };
const REST: HTTPRoute = { route: [{ destination: { host: 'frontend', subset: REGULAR } }] };

/** The routes of the shop: each kind that a link treats differently. */
const SHOP_ROUTES: HTTPRoute[] = [
  { match: [path('/old')], redirect: { uri: '/new' } },
  { match: [path('/fixed')], directResponse: { status: 418 } },
  {
    match: [path('/set')],
    headers: { response: { set: { 'set-cookie': 'own=2' } } },
    route: [{ destination: BACKEND }],
  },
  {
    match: [path('/target')],
    route: [{ destination: BACKEND, headers: { response: { set: { 'set-cookie': 'target=1' } } } }],
  },
  {
    match: [path('/api'), { uri: { exact: '/data' }, headers: { accept: { exact: 'text/csv' } } }],
    headers: {
      request: { set: { 'x-b': '2', 'x-a': '1' }, add: { 'x-d': '4', 'x-c': '3', 'x-a': '0' } },
      response: { add: { 'Set-Cookie': 'own=1' }, set: { vary: 'Accept' } },
    },
    route: [{ destination: BACKEND }],
  },
  REST,
];

function path(prefix: string) {
  return { uri: { prefix } };
}

const toBackend = (prefix: string): HTTPRoute => ({
  match: [path(prefix)],
  route: [{ destination: BACKEND }],
});

/** The objects that exist without any env. */
export function world(): LocalObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...['frontend', 'backend'].flatMap(serviceObjects),
    networking('Gateway', 'web', {
      selector: GATEWAY_LABELS,
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
    }),
    bound('web', [SHOP, UNLISTED], SHOP_ROUTES),
    bound('wild', ['*.dev.example.com'], [toBackend('/api'), REST]),
    bound('pair-a', [PAIR], [toBackend('/a'), REST]),
  ];
}

/** Istio joins the VirtualServices of one host by their age, so this one is created a second later. */
export function secondOfPair(): LocalObject {
  return bound('pair-b', [PAIR], [toBackend('/b'), REST]);
}

function bound(name: string, hosts: string[], http: HTTPRoute[]): LocalObject {
  return networking('VirtualService', name, { hosts, gateways: [GATEWAY], http });
}

const ALICE = { headers: { user: { exact: 'alice' } } };

/** The version label of an env's pods is its name. */
export function envs(): (LocalObject & DynamicEnv)[] {
  return [
    env('form', { ref: 'mp-101', istioMatches: [ALICE] }, 'frontend', [SHOP, IN_WILDCARD, PAIR]),
    env('fees', { ref: 'mp-102' }, 'backend', [SHOP, PAIR]),
    env('user', { istioMatches: [{ headers: { user: { exact: '100%' } } }] }, 'backend', [SHOP]),
  ];
}

function env(
  name: string,
  selection: Pick<DynamicEnv['spec'], 'ref' | 'istioMatches'>,
  service: string,
  hosts: string[],
): LocalObject & DynamicEnv {
  const containers = [{ image: `${service}:${name}` }];
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: {
      ...selection,
      entries: hosts.map((host) => ({ host })),
      subsets: [{ name: service, namespace: NAMESPACE, containers }],
    },
  };
}
