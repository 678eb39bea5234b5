import { RESPONSE_HEADER } from '../../api/marks.ts';
import {
  injectedRouteName,
  isEntryRouteName,
  isInjectedRouteName,
  routeNameFilter,
} from '../../api/route-name.ts';
import { fqdn } from '../../istio/host.ts';
import type { HTTPRoute, HTTPRouteDestination } from '../../istio/types.ts';
import type { Owner } from './owner.ts';
import type { Scope } from './scope.ts';

/** The owner of a clone that a route may send to, and how the clone is recognised in the route. */
export interface CloneOwner extends Owner {
  /** The clone's name: each target that sends to it sets it as a response header. */
  clone: string;
  /** Names of the subsets that select it. */
  subsets: readonly string[];
  /** The other Service that it is behind, if it exists already. */
  service?: { host: string };
  /** It exists already and is no clone of the env: other envs may send to it, too. */
  isExisting?: true;
}

type Place = Pick<Scope, 'namespace' | 'clusterDomain'>;

/**
 * Does a route of ours send to the owner's clone? A copy may send to several clones of one env and is named after the first of them.
 * So its targets decide, not the name alone.
 */
export function sendsToClone(owner: CloneOwner, place: Place): (route: HTTPRoute) => boolean {
  const [own, ...keys] = cloneKeysOf(owner);
  const isOfEnv = routeNameFilter(owner.env);
  const leadsTo = ({ route }: HTTPRoute, wanted: readonly string[]) =>
    (route ?? []).some((target) => targetKeys(target, place).some((key) => wanted.includes(key)));
  const entryKeys = owner.isExisting ? ownSubsetKeys(owner) : keys;
  return (route) => {
    const { name, route: targets } = route;
    if (name === own) return true;
    // Envs of one ref share the copies of their entries.
    if (isEntryRouteName(name)) return leadsTo(route, entryKeys);
    // A route with a single target sends only to the clone that it is named after.
    return (targets?.length ?? 0) > 1 && isOfEnv(name) && leadsTo(route, keys);
  };
}

/** What only this owner's routes name. An entry of another env may lead to the same version, which nobody waits for. */
function ownSubsetKeys({ host, subsets, service }: CloneOwner): string[] {
  return service === undefined ? subsetKeys(host, subsets) : [];
}

function subsetKeys(host: string, subsets: readonly string[]): string[] {
  return subsets.map((subset) => `${host} subset ${subset}`);
}

/**
 * The clones that a route sends to, as keys that `cloneKeysOf` returns, too; empty: the route is not ours. For an index of many routes
 * by owner.
 */
export function cloneKeysIn({ name, route }: HTTPRoute, place: Place): string[] {
  if (name === undefined || !isInjectedRouteName(name)) return [];
  const targets = route ?? [];
  if (targets.length < 2 && !isEntryRouteName(name)) return [name];
  return [name, ...targets.flatMap((target) => targetKeys(target, place))];
}

/**
 * The keys of an owner's clone: every route for which `sendsToClone` is true has one of them. A route of another env may have one, too,
 * because the env is not part of a key.
 */
export function cloneKeysOf(owner: CloneOwner): string[] {
  return [injectedRouteName(owner.env, owner.deployment, owner.host), ...targetKeysOf(owner)];
}

/** The keys of the targets that send to the owner's clone, as `targetKeys` returns them. */
export function targetKeysOf({ host, clone, subsets, service }: CloneOwner): string[] {
  return [`${service?.host ?? host} clone ${clone}`, ...subsetKeys(host, subsets)];
}

/** A target's clone, as its response header names it, and its subset: somebody may have removed the header. */
export function targetKeys(
  target: HTTPRouteDestination,
  { namespace, clusterDomain }: Place,
): string[] {
  const { host = '', subset } = target?.destination ?? {};
  const full = fqdn(host, namespace, clusterDomain);
  const clone = cloneOf(target);
  return [
    ...(clone === undefined ? [] : [`${full} clone ${clone}`]),
    ...(subset ? [`${full} subset ${subset}`] : []),
  ];
}

/** The name of the clone that a target sends to; undefined: the target has no such response header. */
export function cloneOf({ headers }: HTTPRouteDestination): string | undefined {
  return headers?.response?.add?.[RESPONSE_HEADER];
}
