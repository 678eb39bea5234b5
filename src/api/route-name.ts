import { hash10 } from '../k8s/hash.ts';
import { rememberedByText } from '../k8s/remembered.ts';

const OURS = /^dynamic-environment-.+-[0-9a-f]{10}$/;

/** Is this the name of a route that this system put into a VirtualService? */
export function isInjectedRouteName(name: unknown): boolean {
  return typeof name === 'string' && OURS.test(name);
}

/** The same names are asked for in each sync and each write; `hash10` joins its parts in this way. */
const hashOfJoined = rememberedByText({ size: 4096, bytes: 2 ** 20 }, hash10);

/** The name of the routes of one env's Deployment for one service host: compared whole, so `foo` never takes `foo-bar`'s. */
export function injectedRouteName(
  env: string,
  deployment: { namespace: string; name: string },
  host: string,
): string {
  const hash = hashOfJoined(`${env}\n${deployment.namespace}\n${deployment.name}\n${host}`);
  return `dynamic-environment-${env}-${deployment.name}-${hash}`;
}

/** Tells which names may be those of the env's routes. One of env `foo-bar` counts as one of `foo`, too. */
export function routeNamesOf(env: string): (name: unknown) => boolean {
  const start = `dynamic-environment-${env}-`;
  return (name) => typeof name === 'string' && name.startsWith(start) && isInjectedRouteName(name);
}

/** Value of the label by which VirtualServices find the injections for a host (fully qualified). */
export function hostLabelValue(host: string): string {
  return hash10(host);
}
