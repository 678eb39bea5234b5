import type { HTTPRoute, VirtualService } from '../../istio/types.ts';
import { concerns, eligibleDestination, labelOf, unroutable } from '../routes/eligible.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import type { Scope } from '../routes/scope.ts';
import { onlyRoute } from '../routes/strip.ts';
import { renderRoutes } from './render.ts';

/** Why a user's route of this VirtualService has no copy for an injection; undefined: it has one. */
export function whyNotCopied(
  virtualService: VirtualService,
  route: HTTPRoute,
  injection: PlannedInjection,
  scope: Scope,
): string | undefined {
  const { host, from, service } = injection;
  const label = labelOf(route);
  const reason = unroutable(route);
  if (reason !== undefined) return `${label} has no copy: ${reason}`;
  if (!concerns(route, host, scope)) return `${label} does not send to ${host}`;
  if (eligibleDestination(route, injection, scope) === undefined) {
    const named = from.length === 0 ? 'a subset of the base' : `subset ${from.join(' or ')}`;
    const wanted = service === undefined ? named : `${named}, or without a subset`;
    return `${label} sends to ${host}, but copies are made only of routes to ${wanted}`;
  }
  const { http, dropped } = renderRoutes(onlyRoute(virtualService, route), [injection], scope);
  return http.length > 1 ? undefined : dropped[0]?.message;
}
