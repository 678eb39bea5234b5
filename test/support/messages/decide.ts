import type { Decide, Headers } from './rules.ts';

/** The rule in its plain form: `x-service-route` holds pairs `service:ref` with `::` between, `x-source-route` one ref. */
export function refOf(headers: Headers, services: readonly string[]): string | undefined {
  const pairs = (headers['x-service-route'] ?? '').split('::').map((pair) => pair.split(':'));
  const refs = new Set(
    pairs.flatMap(([service, ref]) => (service && ref && services.includes(service) ? [ref] : [])),
  );
  if (refs.size > 1) return undefined;
  const [ref] = refs;
  return ref ?? headers['x-source-route'];
}

export const decide: Decide = {
  env: (headers, ref, services) => refOf(headers, services) === ref,
  stable: (headers, live, isFresh) =>
    !isFresh || ![...live].some(([ref, services]) => refOf(headers, services) === ref),
};

/** A control: stable looks for the services of its own workload instead of those that the env's consumer looks for. */
export const decideByOwnServices: Decide = {
  ...decide,
  stable(headers, live, isFresh, services) {
    const ref = refOf(headers, services);
    return !isFresh || ref === undefined || !live.has(ref);
  },
};
