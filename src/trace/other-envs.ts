import { IGNORE_MARK } from '../api/marks.ts';
import type { HostRequest } from '../istio/evaluate.ts';
import type { Explanation } from '../istio/explain.ts';
import { mismatchText } from '../istio/mismatch-text.ts';
import { nameOf } from '../istio/objects.ts';
import type { VirtualService } from '../istio/types.ts';
import { whyNotCopied } from '../virtualservice/injections/not-copied.ts';
import { orderReason } from '../virtualservice/injections/order-reason.ts';
import { type Pair, routeNameOf } from '../virtualservice/injections/precedence.ts';
import { draftRoutes } from '../virtualservice/injections/render.ts';
import { findShadows } from '../virtualservice/injections/shadows.ts';
import { isIgnored } from '../virtualservice/routes/ignored.ts';
import type { PlannedInjection } from '../virtualservice/routes/plan-codec.ts';
import { scopeOf } from '../virtualservice/routes/scope.ts';
import { onlyRoute } from '../virtualservice/routes/strip.ts';
import { baseRoute, isLedBy, leadsToWish, metMatch, type RowEnv } from './env-routes.ts';
import { unreadyText } from './env-state.ts';
import type { OtherEnv } from './types.ts';
import type { Wish, World } from './world.ts';

/** A request that was followed to its end, and the env that took it. */
export interface Followed {
  request: HostRequest;
  explanation: Explanation;
  world: World;
  taken?: RowEnv;
}

type Verdict = Pick<OtherEnv, 'reason' | 'why' | 'failed' | 'by'>;

/** Why the request did not go to what this wish is about. */
export function whyNotTaken(wish: Wish, followed: Followed): OtherEnv {
  const { env, deployment, host } = wish;
  const head = { env, deployment: `${deployment.namespace}/${deployment.name}`, host };
  return { ...head, ...verdictOf(wish, followed) };
}

function verdictOf(wish: Wish, followed: Followed): Verdict {
  const { request, world } = followed;
  const { injection } = wish;
  if (injection === undefined) {
    const why = 'it is a consumer there: its own copy of the pods, to which nothing is routed';
    return { reason: 'consumer', why };
  }
  const met = metMatch(injection, request);
  if ('failed' in met) {
    const why = met.failed.map(mismatchText).join('; ');
    return { reason: 'no-match', why, failed: met.failed };
  }
  if (!wish.isActive) return { reason: 'not-active', why: unreadyText(wish, world) };
  const none = routeless(wish, followed);
  // One copy may be for several workloads of an env: it is rendered, though it does not lead to this one.
  const isOthers = none?.reason === 'not-rendered' && followed.taken?.env === wish.env;
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

/** The VirtualServices whose routes were looked at carry none of the env's. */
function routeless(wish: Wish, followed: Followed): Verdict | undefined {
  const { world, explanation } = followed;
  const { injection } = wish;
  const hasRoutes = (vs: VirtualService) =>
    injection !== undefined && vs.spec.http?.some(isLedBy(vs, injection, world));
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
  const told = asked.flatMap((vs) => noteOf(wish, nameOf(vs), world));
  if (told[0] !== undefined) return { reason: 'not-planned', why: told[0] };
  const planned = asked.find((vs) => isPlanned(wish, nameOf(vs), world));
  if (planned !== undefined) {
    const why = `planned in VirtualService ${nameOf(planned)}, whose routes were not rendered yet`;
    return { reason: 'not-rendered', why };
  }
  const base = explanation.taken && baseRoute(explanation.taken, world);
  const reason = base && copyProblem(base, wish.injection as PlannedInjection, world);
  if (reason !== undefined) return { reason: 'no-copy', why: reason };
  const names = asked.map(nameOf).join(', ');
  return { reason: 'not-planned', why: `VirtualService ${names} has no plan for it` };
}

/** The VirtualServices that made the table, and the delegates that have routes in it. */
function decisive({ explanation, world }: Followed): readonly VirtualService[] {
  const rows = [explanation.taken, ...explanation.tried.map(({ row }) => row)];
  const names = new Set([
    ...explanation.considered
      .filter(({ decides }) => decides)
      .map((one) => nameOf(one.virtualService)),
    ...rows.flatMap((row) => row?.delegate?.virtualService ?? []),
  ]);
  return world.mesh.virtualServices.filter((vs) => names.has(nameOf(vs)));
}

/** What the plan of a VirtualService says of what keeps the env's routes out of it. */
function noteOf(wish: Wish, virtualService: string, world: World): string[] {
  const { env, host, deployment } = wish;
  return (world.plans.get(virtualService)?.notes ?? [])
    .filter((note) => note.env === env && note.host === host)
    .filter(
      ({ deployment: { namespace, name } }) =>
        namespace === deployment.namespace && name === deployment.name,
    )
    .filter(({ state }) => ['skipped', 'invalid', 'too-large'].includes(state))
    .map(({ message }) => `VirtualService ${virtualService}: ${message}`);
}

function isPlanned({ injection }: Wish, virtualService: string, world: World): boolean {
  const name = injection && routeNameOf(injection);
  const planned = world.plans.get(virtualService)?.injections ?? [];
  return planned.some((one) => routeNameOf(one) === name);
}

/** Another route of an env took it, and that one comes first before the route that both have copies of. */
function outranked(
  pair: Pair,
  { taken, world, request, explanation }: Followed,
): Verdict | undefined {
  const winner = taken?.wishes[0]?.injection;
  const base = explanation.taken && baseRoute(explanation.taken, world);
  if (taken === undefined || winner === undefined || base === undefined) return undefined;
  const met = metMatch(winner, request);
  const active = world.wishes.flatMap(({ injection, isActive }) =>
    injection && isActive ? injection : [],
  );
  const draft = draftRoutes(
    onlyRoute(base.virtualService, base.route),
    active,
    scopeOf(base.virtualService, world.mesh),
  );
  const isOwn = (one: Pair) =>
    routeNameOf(one.injection) === pair.routeName && one.matchIndex === pair.matchIndex;
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

/** The env has routes here, but none before the route that took the request; or its copy asks for more. */
function uncopied(
  injection: PlannedInjection,
  { explanation, world }: Followed,
): Verdict | undefined {
  const base = explanation.taken && baseRoute(explanation.taken, world);
  const reason = base && copyProblem(base, injection, world);
  if (reason !== undefined) return { reason: 'no-copy', why: reason };
  const own = explanation.tried.findLast(({ row }) => leadsToWish(row, injection, world));
  if (own)
    return { reason: 'no-copy', why: `its route asks for more: ${mismatchText(own.failed)}` };
  const { delegate, place } = explanation.taken ?? {};
  if (delegate === undefined || place === undefined) return undefined;
  const why = `Istio drops its copies in the delegate ${delegate.virtualService}: their matches contradict those of the route of ${place.virtualService} that delegates`;
  return { reason: 'no-copy', why };
}

function copyProblem(
  { virtualService, route }: NonNullable<ReturnType<typeof baseRoute>>,
  injection: PlannedInjection,
  { mesh }: World,
): string | undefined {
  return whyNotCopied(virtualService, route, injection, scopeOf(virtualService, mesh));
}
