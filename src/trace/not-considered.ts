import { hostMatches } from '../istio/host.ts';
import { nameOf, namespaceOf } from '../istio/objects.ts';
import { DEFAULT_ROOT_NAMESPACE } from '../istio/subset-lookup.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { MeshSnapshot } from './mesh-snapshot.ts';
import type { Hop } from './types.ts';

interface Rule {
  kind: string;
  /** Start of the apiVersion. */
  group: string;
  /** What it may change. */
  means: string;
  matters: (object: KubeObject, hop: Hop, snapshot: MeshSnapshot) => boolean;
}

const NETWORKING = 'networking.istio.io/';
const SECURITY = 'security.istio.io/';
const GATEWAY_API = 'gateway.networking.k8s.io/';

/** Kinds that are not evaluated, and where their objects matter. */
const RULES: readonly Rule[] = [
  { kind: 'Sidecar', group: NETWORKING, means: 'what the caller can see', matters: isAtCaller },
  {
    kind: 'EnvoyFilter',
    group: NETWORKING,
    means: "the proxies' own settings",
    matters: isAtEither,
  },
  {
    kind: 'ServiceEntry',
    group: NETWORKING,
    means: 'hosts and pods of its own',
    matters: sharesHost,
  },
  {
    kind: 'Gateway',
    group: NETWORKING,
    means: 'its servers: hosts, ports, TLS',
    matters: (object, { caller }) => nameOf(object) === caller.gateway,
  },
  {
    kind: 'AuthorizationPolicy',
    group: SECURITY,
    means: 'requests may be refused',
    matters: isAtTarget,
  },
  {
    kind: 'RequestAuthentication',
    group: SECURITY,
    means: 'requests may be refused',
    matters: isAtEither,
  },
  {
    kind: 'PeerAuthentication',
    group: SECURITY,
    means: 'callers without mTLS are refused',
    matters: isAtTarget,
  },
  {
    kind: 'HTTPRoute',
    group: GATEWAY_API,
    means: 'routes of the Gateway API',
    matters: isAtEither,
  },
];

/** The objects of these kinds that may change the answer, each once, with what they may change. */
export function notConsidered(hops: readonly Hop[], snapshot: MeshSnapshot): string[] {
  return RULES.flatMap(({ kind, group, means, matters }) => {
    const found = snapshot.objects.filter(
      (object) =>
        object.kind === kind &&
        object.apiVersion.startsWith(group) &&
        hops.some((hop) => hop.outcome !== 'not-called' && matters(object, hop, snapshot)),
    );
    return found.length === 0 ? [] : [`${kind} ${found.map(nameOf).join(', ')} (${means})`];
  });
}

function isIn(object: KubeObject, namespaces: readonly string[], { mesh }: MeshSnapshot): boolean {
  const root = mesh.rootNamespace ?? DEFAULT_ROOT_NAMESPACE;
  return [...namespaces, root].includes(namespaceOf(object));
}

function isAtCaller(object: KubeObject, { caller }: Hop, snapshot: MeshSnapshot): boolean {
  if (caller.kind === 'gateway') return false;
  return isIn(object, [caller.namespace], snapshot);
}

function targets({ destinations }: Hop, { mesh }: MeshSnapshot): string[] {
  const hosts = destinations.map(({ host }) => host);
  return mesh.services.filter(({ host }) => hosts.includes(host)).map(({ namespace }) => namespace);
}

function isAtTarget(object: KubeObject, hop: Hop, snapshot: MeshSnapshot): boolean {
  return isIn(object, targets(hop, snapshot), snapshot);
}

function isAtEither(object: KubeObject, hop: Hop, snapshot: MeshSnapshot): boolean {
  return isIn(object, [hop.caller.namespace, ...targets(hop, snapshot)], snapshot);
}

function sharesHost(object: KubeObject, { request, destinations }: Hop): boolean {
  const { spec } = object as KubeObject & { spec?: { hosts?: unknown } };
  const hosts = Array.isArray(spec?.hosts)
    ? spec.hosts.filter((one) => typeof one === 'string')
    : [];
  const asked = [request.host, ...destinations.map(({ host }) => host)];
  return hosts.some((host) => asked.some((other) => hostMatches(host, other)));
}
