import type { DynamicEnv } from '../../../../src/api/dynamicenv.ts';
import type { HTTPMatchRequest, StringMatch, VirtualService } from '../../../../src/istio/types.ts';
import type { MeshRequest } from '../../lib/request.ts';
import { ENV_HEADER, NOBODY } from './envs.ts';
import type { Random } from './random.ts';
import {
  HEADER_NAMES,
  HEADER_VALUES,
  METHODS,
  PATHS,
  QUERY_NAMES,
  QUERY_VALUES,
  SCHEMES,
  valueFor,
} from './strings.ts';
import type { Scope } from './virtual-services.ts';
import { type Caller, PROXIES } from './world.ts';

/** A request and the proxy to which it is sent. */
export interface PlannedRequest extends MeshRequest {
  proxy: string;
  port: number;
  scheme: string;
}

/**
 * Generates requests that are likely to match. Each one is built from a match entry of a route or an env, usually meets
 * its conditions, and is random in everything else.
 */
export function plannedRequests(
  scope: Scope,
  routes: readonly VirtualService[],
  envs: readonly DynamicEnv[],
  random: Random,
  count: number,
): PlannedRequest[] {
  const hosts = hostsOf(scope, routes);
  const entries = routes.flatMap(({ spec }) =>
    (spec.http ?? []).flatMap(({ match = [] }) => match),
  );
  const envMatches = envs.flatMap(({ spec }) => spec.istioMatches ?? []);
  return Array.from({ length: count }, () => {
    const entry = entries.length > 0 && random.chance(0.9) ? random.pick(entries) : {};
    const env = envMatches.length > 0 && random.chance(0.5) ? random.pick(envMatches) : {};
    return planned({ ...scope, hosts }, lead(entry, env), random);
  });
}

interface Aim extends Scope {
  /** Hosts that VirtualServices list, for sidecars and for gateways. */
  hosts: { mesh: readonly string[]; gateway: readonly string[] };
}

/** The full names of the hosts that VirtualServices list. A wildcard is replaced by hosts that it matches. */
function hostsOf({ id, services }: Scope, routes: readonly VirtualService[]): Aim['hosts'] {
  const whole = (host: string, namespace: string) => {
    if (host.startsWith('*.')) return [`any.${id}.example.com`];
    if (host.startsWith('*')) return services.map((place) => place.host);
    return [host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`];
  };
  const listed = (isOwn: (gateway: string) => boolean) =>
    routes
      .filter(({ spec }) => (spec.gateways ?? ['mesh']).some(isOwn))
      .flatMap(({ metadata, spec }) =>
        (spec.hosts ?? []).flatMap((host) => whole(host, metadata.namespace ?? '')),
      );
  return { mesh: listed((name) => name === 'mesh'), gateway: listed((name) => name !== 'mesh') };
}

function lead(entry: HTTPMatchRequest, env: HTTPMatchRequest): HTTPMatchRequest {
  return {
    ...entry,
    headers: { ...entry.headers, ...env.headers },
    sourceLabels: { ...entry.sourceLabels, ...env.sourceLabels },
  };
}

function planned(aim: Aim, lead: HTTPMatchRequest, random: Random): PlannedRequest {
  const proxy = proxyFor(lead, random);
  const authority = target(aim, lead, proxy, random);
  const port =
    lead.port ??
    random.weighted([
      [5, 80],
      [1, 8080],
    ] as const);
  const scheme = choose(lead.scheme, SCHEMES, random) ?? (random.chance(0.1) ? 'https' : 'http');
  const method = choose(lead.method, METHODS, random) ?? random.pick(['GET', 'GET', 'POST', 'PUT']);
  return {
    proxy: proxy.name,
    port,
    scheme,
    method,
    authority: authority + (random.chance(0.1) ? `:${port}` : ''),
    path: path(lead, random),
    headers: {
      ...headers(lead, random),
      // With this header Envoy uses the scheme https, as if a proxy before it had terminated TLS.
      ...(scheme === 'https' ? { 'x-forwarded-proto': 'https' } : {}),
    },
  };
}

/** A value for the condition. It usually meets the condition; otherwise it almost does. */
function choose(
  match: StringMatch | undefined,
  pool: typeof PATHS,
  random: Random,
): string | undefined {
  return match && valueFor(match, pool, random, random.chance(0.3));
}

function proxyFor(lead: HTTPMatchRequest, random: Random): Caller {
  const fitting = PROXIES.filter(
    ({ namespace, labels, gateway }) =>
      (lead.sourceNamespace ?? namespace) === namespace &&
      (lead.gateways ?? [gateway]).includes(gateway) &&
      Object.entries(lead.sourceLabels ?? {}).every(([key, value]) => labels[key] === value),
  );
  return random.pick(fitting.length > 0 && random.chance(0.65) ? fitting : PROXIES);
}

/** The request's authority: usually a host that a VirtualService lists. A Service's host may be short or complete. */
function target(
  { services, foreign, authorities, hosts, id }: Aim,
  lead: HTTPMatchRequest,
  { namespace, gateway }: Caller,
  random: Random,
): string {
  const asked = lead.authority?.exact;
  const listed = gateway === 'mesh' ? hosts.mesh : hosts.gateway;
  const any = [...services.map(({ host }) => host), ...foreign, `any.${id}.example.com`];
  const known = asked !== undefined && authorities.includes(asked) && random.chance(0.7);
  const host = known ? asked : random.pick(listed.length > 0 && random.chance(0.85) ? listed : any);
  const place = services.find((service) => service.host === host);
  if (known || !place || gateway !== 'mesh') return host;
  const [short = ''] = host.split('.');
  const spellings = [host, `${short}.${place.namespace}`, `${short}.${place.namespace}.svc`];
  const all = namespace === place.namespace ? [...spellings, short] : spellings;
  return random.pick(all);
}

function path(lead: HTTPMatchRequest, random: Random): string {
  const led = choose(lead.uri, PATHS, random);
  const plain = led ?? valueFor(random.pick(PATHS).match, PATHS, random) ?? '/';
  const path = lead.ignoreUriCase && random.chance(0.5) ? plain.toUpperCase() : plain;
  const names = Object.keys(lead.queryParams ?? {});
  const pairs = (names.length > 0 ? names : random.some(QUERY_NAMES, random.int(2))).flatMap(
    (name) => {
      const match = lead.queryParams?.[name];
      const value = match ? choose(match, QUERY_VALUES, random) : random.pick(['en', 'x', 'de']);
      return value === undefined || random.chance(0.1) ? [] : [`${name}=${value}`];
    },
  );
  if (pairs.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

function headers(lead: HTTPMatchRequest, random: Random): Record<string, string> {
  const wanted = { ...lead.headers, ...lead.withoutHeaders };
  const led = Object.entries(wanted).flatMap(([name, match]) => {
    const value = choose(match, HEADER_VALUES, random);
    return value === undefined || value === '' ? [] : [[name.toLowerCase(), value] as const];
  });
  const others = HEADER_NAMES.filter(() => random.chance(0.15)).map(
    (name) => [name, random.pick(['ann', 'bob', 'other', 'ab'])] as const,
  );
  const nobody = random.chance(0.1) ? [[ENV_HEADER, NOBODY] as const] : [];
  return Object.fromEntries([...others, ...nobody, ...led]);
}
