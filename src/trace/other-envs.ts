import { IGNORE_MARK } from '../api/marks.ts';
import type { HostRequest } from '../istio/evaluate.ts';
import type { Explanation } from '../istio/explain.ts';
import { mismatchText } from '../istio/mismatch-text.ts';
import { nameOf } from '../istio/objects.ts';
import type { VirtualService } from '../istio/types.ts';
import { jsonEqual } from '../k8s/canonical.ts';
import { whyNotCopied } from '../virtualservice/injections/not-copied.ts';
import { orderReason } from '../virtualservice/injections/order-reason.ts';
import { type Pair, routeNameOf } from '../virtualservice/injections/precedence.ts';
import { draftRoutes } from '../virtualservice/injections/render.ts';
import { findShadows } from '../virtualservice/injections/shadows.ts';
import { isIgnored } from '../virtualservice/routes/ignored.ts';
import type { PlannedInjection } from '../virtualservice/routes/plan-codec.ts';
import { onlyRoute } from '../virtualservice/routes/strip.ts';
import { baseRoute, leadsToClaim, leadsToCloneOf, type RowEnv, scopeIn } from './env-routes.ts';
import { unreadyText } from './env-state.ts';
import type { FailedMatch, OtherEnv } from './env-types.ts';
import { mergedRouteText, mergeOfRoute } from './merge-routes.ts';
import type { EnvClaim, MeshSnapshot } from './mesh-snapshot.ts';
import { metMatch } from './met-match.ts';

/** A request that was followed to its end, and the env that took it. */
export interface Followed {
  request: HostRequest;
  explanation: Explanation;
  snapshot: MeshSnapshot;
  taken?: RowEnv;
}

type NotTaken = Pick<OtherEnv, 'reason' | 'why' | 'failed' | 'by'>;

/** Why the request did not go to the clone of this claim. */
export function whyNotTaken(claim: EnvClaim, followed: Followed): OtherEnv {
  const { env, deployment, host } = claim;
  const head = { env, deployment: `${deployment.namespace}/${deployment.name}`, host };
  return { ...head, ...firstObstacle(claim, followed) };
}

function firstObstacle(claim: EnvClaim, followed: Followed): NotTaken {
  const { request, snapshot, explanation } = followed;
  const base = explanation.taken && baseRoute(explanation.taken, snapshot);
  const { injection } = claim;
  if (injection === undefined) {
    const why = 'it is a consumer there: a clone to which nothing is routed';
    return { reason: 'consumer', why };
  }
  const met = metMatch(injection, request, snapshot, base?.virtualService);
  if ('failed' in met) {
    const why = met.failed.map(failedText).join('; ');
    return { reason: 'no-match', why, failed: met.failed };
  }
  if (!claim.isActive) return { reason: 'not-active', why: unreadyText(claim, snapshot) };
  const none = routeless(claim, followed);
  // One copy may serve several workloads of an env. It is rendered then, although it does not lead to this workload.
  const isOthers = none?.reason === 'not-rendered' && followed.taken?.env === claim.env;
  return (
    (isOthers ? undefined : none) ??
    outranked(met.pair, followed) ??
    none ??
    uncopied(injection, followed) ?? {
      reason: 'no-copy',
      why: 'none of its routes is among those that the caller has',
    }
  );
}

function failedText(failed: FailedMatch): string {
  if (failed.matchIndex !== undefined) return mismatchText(failed);
  const service = failed.field.replace('ref.', '');
  return failed.got === undefined
    ? `the request selects no ref for ${service}`
    : `the request selects ${failed.got} for ${service}`;
}

/** The reason, if the VirtualServices that decide have no route of the env. */
function routeless(claim: EnvClaim, followed: Followed): NotTaken | undefined {
  const { snapshot, explanation } = followed;
  const { injection } = claim;
  const hasRoutes = (vs: VirtualService) =>
    injection !== undefined && vs.spec.http?.some(leadsToCloneOf(vs, injection, snapshot));
  const asked = decisive(followed);
  if (asked.length === 0) {
    const why = 'no VirtualService decides for this host, so the Service itself answers';
    return { reason: 'no-virtual-service', why };
  }
  if (asked.some(hasRoutes)) return undefined;
  const ignored = asked.find(isIgnored);
  if (ignored !== undefined) {
    const why = `VirtualService ${nameOf(ignored)} is marked ${IGNORE_MARK}: "true"`;
    return { reason: 'not-planned', why };
  }
  const elsewhere = explanation.considered
    .map(({ virtualService }) => virtualService)
    .find(hasRoutes);
  if (elsewhere !== undefined) {
    const why = `its routes are in VirtualService ${nameOf(elsewhere)}, but ${asked.map(nameOf).join(', ')} decides for this caller`;
    return { reason: 'no-virtual-service', why };
  }
  const notes = asked.flatMap((vs) => noteOf(claim, nameOf(vs), snapshot));
  if (notes[0] !== undefined) return { reason: 'not-planned', why: notes[0] };
  const planned = asked.find((vs) => isPlanned(claim, nameOf(vs), snapshot));
  if (planned !== undefined) {
    const why = `planned in VirtualService ${nameOf(planned)}, which does not have the routes yet`;
    return { reason: 'not-rendered', why };
  }
  const base = explanation.taken && baseRoute(explanation.taken, snapshot);
  const reason = base && copyProblem(base, claim.injection as PlannedInjection, snapshot);
  if (reason !== undefined) return { reason: 'no-copy', why: reason };
  const names = asked.map(nameOf).join(', ');
  return { reason: 'not-planned', why: `VirtualService ${names} has no plan for it` };
}

/** The VirtualServices of the route table, and the delegates with routes in it. */
function decisive({ explanation, snapshot }: Followed): readonly VirtualService[] {
  const rows = [explanation.taken, ...explanation.tried.map(({ row }) => row)];
  const names = new Set([
    ...explanation.considered
      .filter(({ decides }) => decides)
      .map((one) => nameOf(one.virtualService)),
    ...rows.flatMap((row) => row?.delegate?.virtualService ?? []),
  ]);
  return snapshot.mesh.virtualServices.filter((vs) => names.has(nameOf(vs)));
}

/** The messages in a VirtualService's plan that say why it has no routes of the env. */
function noteOf(claim: EnvClaim, virtualService: string, snapshot: MeshSnapshot): string[] {
  const { env, host, deployment } = claim;
  return (snapshot.plans.get(virtualService)?.notes ?? [])
    .filter((note) => note.env === env && note.host === host)
    .filter(
      ({ deployment: { namespace, name } }) =>
        namespace === deployment.namespace && name === deployment.name,
    )
    .filter(({ state }) => ['skipped', 'invalid', 'too-large'].includes(state))
    .map(({ message }) => `VirtualService ${virtualService}: ${message}`);
}

function isPlanned(
  { injection }: EnvClaim,
  virtualService: string,
  snapshot: MeshSnapshot,
): boolean {
  const name = injection && routeNameOf(injection);
  const planned = snapshot.plans.get(virtualService)?.injections ?? [];
  return planned.some((one) => routeNameOf(one) === name);
}

/** The reason, if a route of an env took the request and comes before this one among the copies of the same user's route. */
function outranked(
  pair: Pair,
  { taken, snapshot, request, explanation }: Followed,
): NotTaken | undefined {
  const winner = taken?.claims[0]?.injection;
  const base = explanation.taken && baseRoute(explanation.taken, snapshot);
  if (taken === undefined || winner === undefined || base === undefined) return undefined;
  const met = metMatch(winner, request, snapshot, base.virtualService);
  const active = snapshot.claims.flatMap(({ injection, isActive }) =>
    injection && isActive ? injection : [],
  );
  const draft = draftRoutes(
    onlyRoute(base.virtualService, base.route),
    active,
    scopeIn(base.virtualService, snapshot),
  );
  const isOwn = (one: Pair) =>
    one.routeName === pair.routeName && jsonEqual(one.selector, pair.selector);
  const isCopied = draft.routes.some(({ copies }) => copies.some(({ pairs }) => pairs.some(isOwn)));
  if ('failed' in met || !isCopied) return undefined;
  const { deployment } = winner;
  const why =
    taken.env === pair.injection.env
      ? `its Deployment ${deployment.namespace}/${deployment.name} comes first`
      : `env ${taken.env} comes first: ${orderReason(met.pair, pair)}`;
  const shadow = findShadows(draft, () => true).find(
    (one) => isOwn(one.pair) && one.by.injection.env === taken.env,
  );
  return shadow === undefined
    ? { reason: 'later', why, by: taken.env }
    : { reason: 'shadowed', why: `${why}; it takes all such requests`, by: taken.env };
}

/** The reason, if the env has routes here, but no copy of the route that took the request, or a copy with further conditions. */
function uncopied(
  injection: PlannedInjection,
  { explanation, snapshot }: Followed,
): NotTaken | undefined {
  const base = explanation.taken && baseRoute(explanation.taken, snapshot);
  const reason = base && copyProblem(base, injection, snapshot);
  if (reason !== undefined) return { reason: 'no-copy', why: reason };
  const own = explanation.tried.findLast(({ row }) => leadsToClaim(row, injection, snapshot));
  if (own)
    return {
      reason: 'no-copy',
      why: `its route has further conditions: ${mismatchText(own.failed)}`,
    };
  const { delegate, place } = explanation.taken ?? {};
  if (delegate === undefined || place === undefined) return undefined;
  const why = `Istio drops its copies in the delegate ${delegate.virtualService}: their matches contradict those of the route of ${place.virtualService} that delegates`;
  return { reason: 'no-copy', why };
}

function copyProblem(
  { virtualService, route }: NonNullable<ReturnType<typeof baseRoute>>,
  injection: PlannedInjection,
  snapshot: MeshSnapshot,
): string | undefined {
  const reason = whyNotCopied(virtualService, route, injection, scopeIn(virtualService, snapshot));
  const merge = mergeOfRoute(route.name, virtualService);
  if (merge === undefined) return reason;
  // The route has another name in its merge, which its author knows.
  return reason?.replaceAll(`route "${route.name}"`, mergedRouteText(merge));
}
