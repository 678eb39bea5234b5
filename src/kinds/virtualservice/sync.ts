import { ENVS_ANNOTATION, envLabel, PLAN_ANNOTATION } from '../../api/marks.ts';
import { isLeaving, type RouteInjection } from '../../api/routeinjection.ts';
import type { VirtualService } from '../../istio/types.ts';
import { byText, jsonEqual } from '../../k8s/canonical.ts';
import { lastWritten } from '../../k8s/written.ts';
import type { RefFlags } from '../../refs/settings.ts';
import { indexLabels } from '../../virtualservice/injections/states.ts';
import { type AskedMerges, NO_MERGES } from '../../virtualservice/merges/decide.ts';
import { decidePlan } from '../../virtualservice/pipeline.ts';
import { nextAttempt } from '../../virtualservice/plan/attempts.ts';
import { roomOf } from '../../virtualservice/plan/room.ts';
import { listsOf, type RouteLists } from '../../virtualservice/routes/lists.ts';
import { isMarkLabel, LEAVING } from '../../virtualservice/routes/marks.ts';
import {
  isEmptyPlan,
  type Plan,
  planOf,
  serializePlan,
} from '../../virtualservice/routes/plan-codec.ts';
import { scopeOf } from '../../virtualservice/routes/scope.ts';
import {
  keepsUserRoutes,
  type UsersVirtualService,
  withoutOurs,
} from '../../virtualservice/routes/strip.ts';
import { oldestInjections } from './oldest.ts';

/** What the decorator sets on a VirtualService; null removes a mark. */
export interface Decoration {
  labels: Record<string, string | null>;
  annotations: Record<string, string | null>;
  resyncAfterSeconds?: number;
  /** This is a retry: the routes were not rendered as planned. */
  isRepair: boolean;
}

/**
 * The marks of one VirtualService for the injections whose hosts it routes to. They only say what the routes should be: the admission
 * webhook renders the routes in the write that this causes. `sentBytes`: see `roomOf`.
 */
export function decorate(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  config: { clusterDomain: string } & Partial<RefFlags>,
  now: Date,
  sentBytes?: number,
  merging: AskedMerges = NO_MERGES,
): Decoration {
  const scope = scopeOf(virtualService, config);
  const departing = injections.filter(isLeaving);
  const staying = oldestInjections(injections.filter((injection) => !isLeaving(injection)));
  const envs = envNames(staying);
  const users = withoutOurs(virtualService);
  const room = roomOf(users, envs, sentBytes);
  const previous = planOf(virtualService);
  const asked = { injections: staying, ...merging };
  const decision = decidePlan(virtualService, asked, room, scope, previous, now);
  const { plan, notes, routes } = decision;
  const isRendered = isRenderedAs(routes, virtualService, users);
  const attempt = nextAttempt(plan, previous, isRendered, now, lastWritten(virtualService));
  const isAwaited = previous !== undefined && staying.length > 0;
  const annotations = {
    [PLAN_ANNOTATION]: planValue(attempt.plan, isRendered && !isAwaited, virtualService),
    [ENVS_ANNOTATION]: envs !== undefined && room.envs ? envs : null,
  };
  return {
    annotations,
    labels: {
      ...departureLabels(virtualService, departing, isRendered),
      ...indexLabels(staying, notes),
    },
    isRepair: attempt.isRepair,
    ...earliest(attempt.resyncAfterSeconds, decision.resyncAfterSeconds),
  };
}

function earliest(...waits: readonly (number | undefined)[]): { resyncAfterSeconds?: number } {
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? {} : { resyncAfterSeconds: Math.min(...known) };
}

/** Does the VirtualService have exactly the routes of the plan? Also true where admission would refuse to render them: no retry. */
function isRenderedAs(
  wanted: RouteLists,
  virtualService: VirtualService,
  users: UsersVirtualService,
): boolean {
  return jsonEqual(wanted, listsOf(virtualService)) || !keepsUserRoutes(users, wanted);
}

/**
 * An empty plan stays until the routes are removed. If the annotation were removed while the webhook is unavailable, routes would remain
 * that nothing records. The webhook removes the annotation in the same write that removes the routes.
 */
function planValue(plan: Plan, isDone: boolean, virtualService: VirtualService): string | null {
  if (isEmptyPlan(plan) && isDone) return null;
  // The very plan that it carries: writing a large one again takes long.
  const present = virtualService.metadata.annotations?.[PLAN_ANNOTATION];
  if (present !== undefined && plan === planOf(virtualService)) return present;
  return serializePlan(plan);
}

function envNames(injections: readonly RouteInjection[]): string | undefined {
  const names = new Set(injections.map(({ spec }) => spec.env));
  return names.size === 0 ? undefined : [...names].sort(byText).join(',');
}

/** An env finds the VirtualService by its label, so the label stays as long as there may be a route of the env. */
function departureLabels(
  { metadata }: VirtualService,
  departing: readonly RouteInjection[],
  isRendered: boolean,
): Record<string, string | null> {
  const present = Object.keys(metadata.labels ?? {}).filter(isMarkLabel);
  const keys = [...present, ...departing.map(({ spec }) => envLabel(spec.env))];
  return Object.fromEntries(keys.map((key) => [key, isRendered ? null : LEAVING]));
}
