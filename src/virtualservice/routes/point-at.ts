import { RESPONSE_HEADER } from '../../api/marks.ts';
import type { Destination, Headers, HTTPRouteDestination } from '../../istio/types.ts';
import type { PlannedInjection } from './plan-codec.ts';
import { servicePort } from './service-ports.ts';
import { targetSubset } from './targets.ts';

type Target = Pick<PlannedInjection, 'to' | 'targets' | 'clone' | 'service'>;

/** A destination of the user's route, with the env's version in the place of the base. */
export function pointAt(target: HTTPRouteDestination, injection: Target): HTTPRouteDestination {
  const { weight: _weight, ...kept } = target;
  return {
    ...kept,
    destination: destinationAt(kept.destination, injection),
    headers: withClone(kept.headers, injection.clone),
  };
}

/** Most targets have no operations on headers. */
function withClone(headers: Headers | undefined, clone: string): Headers {
  if (!headers) return { response: { add: { [RESPONSE_HEADER]: clone } } };
  const { response } = headers;
  return {
    ...headers,
    response: { ...response, add: { ...response?.add, [RESPONSE_HEADER]: clone } },
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
