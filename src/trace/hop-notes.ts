import type { HTTPRoute } from '../istio/types.ts';
import type { Ending } from './outcome.ts';

/** What a route does beside sending the request somewhere, and where pods of envs get other people's requests. */
export function hopNotes(route: HTTPRoute | undefined, { destinations }: Ending): string[] {
  return [
    ...destinations.flatMap(({ host, unguarded = [] }) =>
      unguarded.length === 0
        ? []
        : `unguarded: requests like this one also reach pods of ${unguarded.join(', ')}: ${host} is named without a subset, or with one that selects them too`,
    ),
    ...(route ? routeNotes(route) : []),
  ];
}

function routeNotes(route: HTTPRoute): string[] {
  const { set = {}, add = {}, remove = [] } = route.headers?.request ?? {};
  const changed = [...Object.keys(set), ...Object.keys(add), ...remove];
  return [
    ...(isGiven(route['fault'])
      ? ['the route has a fault: some requests are delayed or aborted']
      : []),
    ...(isGiven(route['mirror']) || isGiven(route['mirrors'])
      ? [
          'the route has a mirror: copies of requests go elsewhere too, their answers are thrown away',
        ]
      : []),
    ...(isGiven(route['rewrite'])
      ? ['the route rewrites path or authority: the pods see others']
      : []),
    ...(changed.length > 0 ? [`the route changes request headers: ${changed.join(', ')}`] : []),
  ];
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
