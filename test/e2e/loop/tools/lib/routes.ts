import type { HTTPRoute } from '../../../../../src/istio/types.ts';
import type { Stored, Version } from './versions.ts';

/*
 * Checks of a stored VirtualService that do not use the code under test. All routes of the user lead to the Service
 * `backend`, subset `shared`. The env matches the header `user: alice`.
 */

const OURS = 'dynamic-environment-';

export function isOurs({ name }: HTTPRoute): boolean {
  return name?.startsWith(OURS) ?? false;
}

export function ownRoutes({ spec }: Stored): HTTPRoute[] {
  return spec.http.filter((route) => !isOurs(route));
}

/**
 * The error in the routes of one version; undefined if each of the user's routes has its copy for the env, and no
 * other.
 */
export function wrongRoutes({ spec, metadata }: Stored, env: string): string | undefined {
  const wanted = spec.http
    .filter((route) => !isOurs(route))
    .flatMap((route) => [`${env}: ${route.name}`, `shared: ${route.name}`]);
  let own = 0;
  const users = spec.http.filter((route) => !isOurs(route));
  const found = spec.http.map((route) => {
    if (!isOurs(route)) {
      own += 1;
      return `shared: ${route.name}`;
    }
    return `${isCopy(route, users[own], env) ? env : 'no copy'}: ${users[own]?.name}`;
  });
  if (found.join() === wanted.join()) return undefined;
  return `version ${metadata.resourceVersion} has [${found.join(', ')}], not [${wanted.join(', ')}]`;
}

/**
 * Whether `route` is the env's copy of `base`: same timeout, same matches plus the header, destination the env's
 * subset.
 */
function isCopy(route: HTTPRoute, base: HTTPRoute | undefined, env: string): boolean {
  if (base === undefined || !route.name?.startsWith(`${OURS}${env}-backend-`)) return false;
  const matches = (base.match ?? [{}]).map((match) => ({
    ...match,
    headers: { ...match.headers, user: { exact: 'alice' } },
  }));
  const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  const [target, ...more] = route.route ?? [];
  return (
    more.length === 0 &&
    isSame(target?.destination, { host: 'backend', subset: `backend-${env}` }) &&
    isSame(sorted(route.match), sorted(matches)) &&
    route['timeout'] === base['timeout']
  );
}

/** The same value, with the keys of all maps sorted at every depth. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/**
 * One text for each version in which routes of the env are missing or wrong. Versions before the first one with our
 * routes are ignored.
 */
export function versionsWithoutRoutes(versions: readonly Version[], env: string): string[] {
  const first = versions.findIndex(({ object }) => object.spec.http.some(isOurs));
  if (first < 0) return ['no version has routes'];
  return versions
    .slice(first)
    .flatMap(({ object, type }) =>
      type === 'DELETED'
        ? [`${type} ${object.metadata.resourceVersion}`]
        : (wrongRoutes(object, env) ?? []),
    );
}
