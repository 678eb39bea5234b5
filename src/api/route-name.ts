import { hash10 } from '../k8s/hash.ts';
import { memoizedByText } from '../k8s/memoize.ts';

const OURS = /^dynamic-environment-.+-[0-9a-f]{10}$/;

/** Is it the name of a route that this system injected into a VirtualService? */
export function isInjectedRouteName(name: unknown): boolean {
  return typeof name === 'string' && OURS.test(name);
}

/** Memoized: every sync and every write asks for the same names. `hash10` joins its parts in the same way. */
const hashOfJoined = memoizedByText({ size: 4096, bytes: 2 ** 20 }, hash10);

/**
 * The name of the injected routes of one env's Deployment for one service host. Names are compared as a whole, so env
 * `foo` never takes the routes of env `foo-bar`.
 */
export function injectedRouteName(
  env: string,
  deployment: { namespace: string; name: string },
  host: string,
): string {
  if (isEntryKey(host))
    return `dynamic-environment-${env}-${host}-${hashOfJoined(`${env}\n${host}`)}`;
  const hash = hashOfJoined(`${env}\n${deployment.namespace}\n${deployment.name}\n${host}`);
  return `dynamic-environment-${env}-${deployment.name}-${hash}`;
}

/** What an entry's injection, notes and routes have in the place of a Service's name. It cannot be one. */
export function entryKey(host: string): string {
  return `@${host}`;
}

function isEntryKey(host: string): boolean {
  return host.startsWith('@');
}

/** Is it a route of an entry? Its targets decide whose clones it leads to. */
export function isEntryRouteName(name: string | undefined): boolean {
  return name?.includes('-@') === true && isInjectedRouteName(name);
}

/**
 * A test whether a name may belong to a route of this env. It is also true for names of env `foo-bar` when the env is
 * `foo`.
 */
export function routeNameFilter(env: string): (name: unknown) => boolean {
  const start = `dynamic-environment-${env}-`;
  return (name) => typeof name === 'string' && name.startsWith(start) && isInjectedRouteName(name);
}

/** Value of the label by which VirtualServices find the RouteInjections for a host (fully qualified). */
export function hostLabelValue(host: string): string {
  return hash10(host);
}
