import { RESPONSE_HEADER } from '../../api/marks.ts';
import { injectedRouteName, isInjectedRouteName, routeNamesOf } from '../../api/route-name.ts';
import { fqdn } from '../../istio/host.ts';
import type { HTTPRoute, HTTPRouteDestination } from '../../istio/types.ts';
import type { Owner } from './owner.ts';
import type { Scope } from './scope.ts';

/** Whose clone a route may lead to, and how that is seen in the route. */
export interface CloneOwner extends Owner {
  /** The clone's name, noted in the response header of each target that leads there. */
  clone: string;
  /** Names of the subsets that lead there: they count where somebody has taken the header off. */
  subsets: readonly string[];
}

type Place = Pick<Scope, 'namespace' | 'clusterDomain'>;

/**
 * Does a route of ours lead to the owner's clone? A copy may lead to several clones of one env and is named after the first of
 * them: so not the name alone decides, but where its targets lead.
 */
export function sendsToClone(owner: CloneOwner, place: Place): (route: HTTPRoute) => boolean {
  const [own, ...leads] = cloneKeysOf(owner);
  const isOfEnv = routeNamesOf(owner.env);
  return ({ name, route }) =>
    name === own ||
    // One with a single target leads to the clone that it is named after, and to no other.
    ((route?.length ?? 0) > 1 &&
      isOfEnv(name) &&
      (route ?? []).some((target) => leads.includes(targetKey(target, place))));
}

/**
 * What a route leads to, one text each, as `cloneKeysOf` has them; none: it is nobody's of ours. To look many owners up in many
 * routes.
 */
export function cloneKeysIn({ name, route }: HTTPRoute, place: Place): string[] {
  if (name === undefined || !isInjectedRouteName(name)) return [];
  const targets = route ?? [];
  if (targets.length < 2) return [name];
  return [name, ...targets.map((target) => targetKey(target, place))];
}

/**
 * What leads to an owner's clone: every route of which `sendsToClone` says so has one of these texts. Another env's may have one, too,
 * as the env is not in them: a clone of that name in the same place is awaited all the longer.
 */
export function cloneKeysOf({ env, deployment, host, clone, subsets }: CloneOwner): string[] {
  return [
    injectedRouteName(env, deployment, host),
    `${host} clone ${clone}`,
    ...subsets.map((subset) => `${host} subset ${subset}`),
  ];
}

function targetKey(target: HTTPRouteDestination, { namespace, clusterDomain }: Place): string {
  const { host = '', subset = '' } = target?.destination ?? {};
  const clone = cloneOf(target);
  const lead = clone === undefined ? `subset ${subset}` : `clone ${clone}`;
  return `${fqdn(host, namespace, clusterDomain)} ${lead}`;
}

/** The name of the clone that a target leads to; undefined: none is noted there. */
export function cloneOf({ headers }: HTTPRouteDestination): string | undefined {
  return headers?.response?.add?.[RESPONSE_HEADER];
}
