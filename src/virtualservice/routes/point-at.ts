import { RESPONSE_HEADER } from '../../api/marks.ts';
import type { HTTPRouteDestination } from '../../istio/types.ts';
import type { PlannedInjection } from './plan-codec.ts';
import { targetSubset } from './targets.ts';

/** A destination of the user's route, with the env's clone in the place of the base. */
export function pointAt(
  target: HTTPRouteDestination,
  injection: Pick<PlannedInjection, 'to' | 'targets' | 'clone'>,
): HTTPRouteDestination {
  const { weight: _weight, ...kept } = target;
  const response = kept.headers?.response;
  return {
    ...kept,
    destination: {
      ...kept.destination,
      subset: targetSubset(injection, kept.destination.subset),
    },
    headers: {
      ...kept.headers,
      response: { ...response, add: { ...response?.add, [RESPONSE_HEADER]: injection.clone } },
    },
  };
}
