import { RESPONSE_HEADER } from '../../api/marks.ts';
import type { Destination, HTTPRouteDestination } from '../../istio/types.ts';
import type { PlannedInjection } from './plan-codec.ts';
import { servicePort } from './service-ports.ts';
import { targetSubset } from './targets.ts';

type Target = Pick<PlannedInjection, 'to' | 'targets' | 'clone' | 'service'>;

/** A destination of the user's route, with the env's version in the place of the base. */
export function pointAt(target: HTTPRouteDestination, injection: Target): HTTPRouteDestination {
  const { weight: _weight, ...kept } = target;
  const response = kept.headers?.response;
  return {
    ...kept,
    destination: destinationAt(kept.destination, injection),
    headers: {
      ...kept.headers,
      response: { ...response, add: { ...response?.add, [RESPONSE_HEADER]: injection.clone } },
    },
  };
}

function destinationAt(destination: Destination, injection: Target): Destination {
  const { service } = injection;
  if (service === undefined) {
    return { ...destination, subset: targetSubset(injection, destination.subset) };
  }
  const { subset: _subset, port: _port, ...rest } = destination;
  const number = servicePort(destination, service);
  return { ...rest, host: service.host, ...(number === undefined ? {} : { port: { number } }) };
}
