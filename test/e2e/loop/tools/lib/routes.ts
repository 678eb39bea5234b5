import type { HTTPRoute } from '../../../../../src/istio/types.ts';
import type { Stored, Version } from './versions.ts';

/*
 * What must hold of a stored VirtualService, said without the code under test. The user's routes all go to the Service
 * `backend`, subset `shared`; the env takes the header `user: alice`.
 */

const OURS = 'dynamic-environment-';

export function isOurs({ name }: HTTPRoute): boolean {
  return name?.startsWith(OURS) ?? false;
}

export function ownRoutes({ spec }: Stored): HTTPRoute[] {
  return spec.http.filter((route) => !isOurs(route));
}

/** What is wrong with the routes of one version for the env; nothing when it has all of them and no other. */
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

/** Is this the user's route for the env's requests: same timeout, its matches with the header, to the env's subset? */
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

/** The same value with the keys of all its maps sorted, at every depth. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** Every version from the first with routes on, in which routes for the env are missing or wrong. */
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
