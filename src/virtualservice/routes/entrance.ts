import { matchGateways } from '../../istio/gateway-name.ts';
import { jsonBytes } from '../../k8s/canonical.ts';
import type { Scope } from './scope.ts';

type Bound = Pick<Scope, 'gateways' | 'namespace'>;

/** The lists of one VirtualService are asked for each injection and entry, and they may be long. Never changed, so the list is the key. */
const knownGateways = new WeakMap<
  readonly string[],
  { namespace: string; names: readonly string[]; bytes: number }
>();
const knownHosts = new WeakMap<readonly string[], ReadonlySet<string>>();

function gatewaysIn({ gateways, namespace }: Bound) {
  const before = knownGateways.get(gateways);
  if (before?.namespace === namespace) return before;
  const names = matchGateways(gateways, namespace);
  const fresh = { namespace, names, bytes: jsonBytes(names) };
  knownGateways.set(gateways, fresh);
  return fresh;
}

/**
 * The gateways of a VirtualService by which people come in, each once, named as in a match of a copy. The list is the same object in each
 * call for one VirtualService.
 */
export function gatewaysOf(bound: Bound): readonly string[] {
  return gatewaysIn(bound).names;
}

/** The bytes of `gatewaysOf` in each entry of a copy. */
export function gatewayBytes(bound: Bound): number {
  return gatewaysIn(bound).bytes;
}

/** May requests to this entry's host come here by a gateway? */
export function isEntryHere({ host }: { host: string }, scope: Scope): boolean {
  if (scope.isDelegate || gatewaysOf(scope).length === 0) return false;
  return scope.hosts === undefined || listedFor(host, scope.hosts).length > 0;
}

/**
 * The names and wildcards of a VirtualService that the host belongs to (`hostSubsetOf` in `istio/host.ts`), in lower case and each once.
 * A host has fewer wildcards than a VirtualService may have hosts, so they are looked up.
 */
export function listedFor(host: string, hosts: readonly string[]): string[] {
  const listed = listedIn(hosts);
  const found = listed.has(host) ? [host] : [];
  for (let at = 0; at <= host.length; at += 1) {
    const wildcard = `*${host.slice(at)}`;
    if (listed.has(wildcard)) found.push(wildcard);
  }
  return found;
}

function listedIn(hosts: readonly string[]): ReadonlySet<string> {
  const before = knownHosts.get(hosts);
  if (before !== undefined) return before;
  const fresh = new Set(hosts.map((host) => host.toLowerCase()));
  knownHosts.set(hosts, fresh);
  return fresh;
}
