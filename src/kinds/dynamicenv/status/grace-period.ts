import { isLeaving, type RouteInjection } from '../../../api/routeinjection.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import { lastWritten } from '../../../k8s/written.ts';
import { baseKeyOf, injectionBaseKey } from '../observed.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import type { StatusContext } from './context.ts';

/** Something that was asked for and is still missing after so many seconds is worth a message. */
const GRACE_SECONDS = 10;

/**
 * Seconds until a VirtualService should have been found, counted from the injection's last change: before it, the injection may have
 * been departing, and VirtualServices do not carry the label of a departing injection. Undefined: no injection asks for routes.
 */
export function searchTime(
  own: RouteInjection | undefined,
  { now }: Pick<StatusContext, 'now'>,
): number | undefined {
  if (own === undefined || isLeaving(own)) return undefined;
  return secondsLeft(lastWritten(own) ?? own.metadata.creationTimestamp, GRACE_SECONDS, now);
}

/** Seconds until the DestinationRules should exist, which are created together with the clone. Undefined: there is no clone. */
export function comingTime(
  { injection }: HostPlan,
  { observed, now }: StatusContext,
): number | undefined {
  const clone = observed.deployments.find((own) => baseKeyOf(own) === injectionBaseKey(injection));
  const since = clone?.metadata.creationTimestamp;
  return since === undefined ? undefined : secondsLeft(since, GRACE_SECONDS, now);
}
