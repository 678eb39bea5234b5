import type { HTTPRoute, VirtualService, VirtualServiceSpec } from '../../../../src/istio/types.ts';
import { matchEntry } from './matches.ts';
import type { Random } from './random.ts';
import type { Place } from './services.ts';
import { BASE_VERSION, GATEWAY, NAMESPACES, OTHER_GATEWAY } from './world.ts';

/** The values from which the routes of a configuration are made. */
export interface Scope {
  /** `c017`; part of every name. */
  id: string;
  services: readonly Place[];
  /** Names of other hosts, outside the registry. */
  foreign: readonly string[];
  /** Hosts as callers write them. */
  authorities: readonly string[];
  /** True: more routes lead to the base, so that envs can copy them. */
  hasEnvs: boolean;
}

const SUBSETS = [BASE_VERSION, BASE_VERSION, 'v2', 'v2', 'v3', 'v9', 'elsewhere', 'unknown', ''];

/** Generates VirtualServices: some with hosts, and delegates, which have no hosts. */
export function virtualServices(scope: Scope, random: Random): VirtualService[] {
  const delegates = Array.from({ length: random.pick([0, 0, 1, 2]) }, (_, index) =>
    delegate(scope, `d${index}`, random),
  );
  const count = random.weighted([
    [4, 1],
    [4, 2],
    [3, 3],
    [1, 4],
  ]);
  // The order by name differs from the order by creation time. Istio orders by creation time first.
  const names = random.some(['w', 'x', 'y', 'z'], count);
  const roots = names.map((name) => root(scope, name, random, delegates));
  return [...roots, ...delegates];
}

function root(
  scope: Scope,
  name: string,
  random: Random,
  delegates: readonly VirtualService[],
): VirtualService {
  const { namespace, host } = random.pick(scope.services);
  const home = random.chance(0.7) ? namespace : random.pick(NAMESPACES);
  const main = random.chance(0.75) ? written(host, namespace, home, scope, random) : undefined;
  const second = random.chance(0.45) || main === undefined ? otherHost(scope, random) : undefined;
  const hosts = [main, second].filter((item) => item !== undefined);
  return named(scope, name, home, {
    hosts: [...new Set(hosts)],
    ...gateways(random),
    ...exportTo(random),
    http: routes(scope, name, random, delegates),
  });
}

function delegate(scope: Scope, name: string, random: Random): VirtualService {
  return named(scope, name, random.pick(NAMESPACES), {
    ...(random.chance(0.2) ? exportTo(random) : {}),
    http: routes(scope, name, random, []),
  });
}

function named(
  { id }: Scope,
  name: string,
  namespace: string,
  spec: VirtualServiceSpec,
): VirtualService {
  const metadata = { name: `${name}-${id}`, namespace };
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata, spec };
}

/** A way to write a service's host: the short name where it means the same, the full name, or a wildcard. */
function written(host: string, namespace: string, home: string, scope: Scope, random: Random) {
  const [short = ''] = host.split('.');
  return random.weighted([
    [4, home === namespace ? short : host],
    [3, host],
    [2, `*-${scope.id}.${namespace}.svc.cluster.local`],
  ]);
}

function otherHost({ foreign, services, id }: Scope, random: Random): string {
  return random.weighted([
    [4, random.pick(foreign)],
    [2, `*.${id}.example.com`],
    [1, random.pick(services).host],
    // Istio does not complete this name. It is a separate host, which callers may use to reach the service.
    [1, random.pick(services).host.split('.').slice(0, 2).join('.')],
  ]);
}

function gateways(random: Random): Pick<VirtualServiceSpec, 'gateways'> {
  const names = random.weighted<string[] | undefined>([
    [9, undefined],
    [1, ['mesh']],
    [4, [GATEWAY, 'mesh']],
    [3, [GATEWAY]],
    [1, [OTHER_GATEWAY, 'mesh']],
  ]);
  return names ? { gateways: names } : {};
}

function exportTo(random: Random): Pick<VirtualServiceSpec, 'exportTo'> {
  const targets = random.weighted<string[] | undefined>([
    [10, undefined],
    [2, ['.']],
    [1, ['*']],
    [1, ['east']],
    [1, ['east', 'north']],
    [1, ['west', '.']],
    [1, ['~']],
  ]);
  return targets ? { exportTo: targets } : {};
}

function routes(
  scope: Scope,
  owner: string,
  random: Random,
  delegates: readonly VirtualService[],
): HTTPRoute[] {
  const count = 1 + random.int(5);
  const matched = Array.from({ length: count }, (_, index) =>
    route(scope, `${owner}-${index}`, random, delegates, 1 + Number(random.chance(0.3))),
  );
  const last = route(scope, `${owner}-last`, random, [], 0);
  return random.chance(0.7) ? [...matched, last] : matched;
}

function route(
  scope: Scope,
  name: string,
  random: Random,
  delegates: readonly VirtualService[],
  entries: number,
): HTTPRoute {
  const match = Array.from({ length: entries }, (_, index) =>
    matchEntry(`m${index}`, random, scope.authorities),
  );
  return { name, ...(entries > 0 ? { match } : {}), ...action(scope, name, random, delegates) };
}

function action(
  scope: Scope,
  name: string,
  random: Random,
  delegates: readonly VirtualService[],
): Omit<HTTPRoute, 'name'> {
  const kind = random.weighted([
    [10, 'route'],
    [1, 'redirect'],
    [1, 'directResponse'],
    [delegates.length > 0 ? 5 : 0, 'delegate'],
  ]);
  if (kind === 'redirect') return { redirect: { uri: `/moved-by-${name}` } };
  if (kind === 'directResponse') {
    return { directResponse: { status: random.pick([200, 418, 503]), body: { string: name } } };
  }
  if (kind === 'delegate') {
    const { name: target, namespace = '' } = random.pick(delegates).metadata;
    // Sometimes a delegate that does not exist.
    return { delegate: { name: random.chance(0.9) ? target : `${target}-gone`, namespace } };
  }
  return { route: destinations(scope, random) };
}

function destinations(scope: Scope, random: Random) {
  const weights = random.weighted<readonly number[]>([
    [8, [0]],
    [2, [50, 50]],
    [1, [100, 0]],
    [1, [0, 30, 70]],
  ]);
  return weights.map((weight) => {
    const { host } = random.pick(scope.services);
    const subset = scope.hasEnvs && random.chance(0.5) ? BASE_VERSION : random.pick(SUBSETS);
    const missing = random.chance(0.03) ? `gone-${scope.id}.east.svc.cluster.local` : host;
    return {
      destination: {
        host: missing,
        ...(subset === '' ? {} : { subset }),
        ...(random.chance(0.1) ? { port: { number: random.pick([80, 8080]) } } : {}),
      },
      ...(weights.length > 1 ? { weight } : {}),
    };
  });
}
