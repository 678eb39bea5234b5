import { envId } from '../../../api/env-id.ts';
import type { RouteInjection } from '../../../api/routeinjection.ts';
import { affectedHosts } from '../../../istio/route-kinds.ts';
import type { DestinationRule, Subset } from '../../../istio/types.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import { lastWritten } from '../../../k8s/written.ts';
import { targetSubsets } from '../../../virtualservice/routes/targets.ts';
import type { EnvContext } from '../context.ts';
import type { HostPlan } from './host-plan.ts';
import { hasHash } from './names.ts';
import { ownerOf, routesOn } from './routes-seen.ts';
import { readableOwn } from './subset-arrival.ts';

/** The env's subsets in the observed rules that are no longer wanted, by name. */
export function oldSubsets(
  host: HostPlan,
  wanted: ReadonlySet<string>,
  { env, observed, config }: EnvContext,
): Map<string, Subset> {
  const old = new Map<string, Subset>();
  const version = envId(env.metadata.name);
  for (const rule of host.rules) {
    const own = readableOwn(rule, observed);
    for (const subset of own?.spec.subsets ?? []) {
      // The subset of a Deployment that exists already has other labels, and its name has a hash.
      const isOurs = subset.labels?.[config.versionLabel] === version || hasHash(subset.name);
      if (isOurs && !wanted.has(subset.name) && !old.has(subset.name)) old.set(subset.name, subset);
    }
  }
  return old;
}

/** The subsets that requests may reach now. */
export function namesUsed(
  { injection }: HostPlan,
  active: RouteInjection | undefined,
  { view, config }: EnvContext,
): Set<string | undefined> {
  const owner = ownerOf(injection);
  const routes = view.virtualServices().flatMap((one) => routesOn(one, owner, config));
  return new Set([
    ...(active === undefined ? [] : targetSubsets(active.spec)),
    ...routes.flatMap(({ route = [] }) => route.map(({ destination }) => destination?.subset)),
  ]);
}

/** Seconds until no request is in flight on a route that existed before the last change of injection and routes. */
export function drainLeft(
  { host }: HostPlan,
  own: RouteInjection | undefined,
  { view, config, now }: EnvContext,
): number {
  // The settle time, too: until then the status needs the old subset to tell whether the injection's last change was this one.
  const seconds = Math.max(config.drainSeconds, config.settleSeconds);
  const routed = view
    .virtualServices()
    .filter((one) => affectedHosts(one, config.clusterDomain).includes(host));
  const written = [...(own === undefined ? [] : [own]), ...routed].map(lastWritten);
  return Math.max(0, ...written.map((since) => secondsLeft(since, seconds, now)));
}

/** The wanted rule with its old subsets. `isEarly`: a new subset must wait, since not all pods have its mark. */
export function withOldSubsets(
  rule: DestinationRule,
  kept: readonly Subset[],
  isEarly: boolean,
  { observed }: EnvContext,
): DestinationRule {
  const own = readableOwn(rule, observed)?.spec.subsets ?? [];
  const has = ({ name }: Subset) => own.some((one) => one.name === name);
  const fresh = (rule.spec.subsets ?? []).filter((subset) => !isEarly || has(subset));
  const old = kept.map((subset) => own.find(({ name }) => name === subset.name) ?? subset);
  return { ...rule, spec: { ...rule.spec, subsets: [...fresh, ...old] } };
}
