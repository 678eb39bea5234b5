import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { RouteInjection } from '../../api/routeinjection.ts';
import { delegatingRoutes } from '../../istio/delegates.ts';
import { nameOf } from '../../istio/objects.ts';
import { liveHosts } from '../../istio/route-kinds.ts';
import type { VirtualService } from '../../istio/types.ts';
import { delegateLosses } from '../../virtualservice/injections/delegate-loss.ts';
import { planned } from '../../virtualservice/injections/planned.ts';
import { warningsOf } from './describe-env.ts';

/**
 * Warnings about an env's routes in delegates that its status cannot contain: an env sees only VirtualServices that route to
 * its hosts, and so never a root that only delegates.
 */
export function delegateWarnings(
  envs: readonly DynamicEnv[],
  injections: readonly RouteInjection[],
  virtualServices: readonly VirtualService[],
  config: { clusterDomain: string },
): string[] {
  const known = envs.flatMap(warningsOf);
  const names = envs.map(({ metadata }) => metadata.name);
  const delegates = virtualServices.filter(({ spec }) => !spec?.hosts?.length);
  const found = injections
    .filter(({ spec }) => names.includes(spec.env))
    .flatMap((injection) => {
      const { env, host } = injection.spec;
      return delegates
        .filter((delegate) => liveHosts(delegate, config.clusterDomain).includes(host))
        .flatMap((delegate) => {
          const messages = troubles(delegate, injection, virtualServices, config);
          return messages.map((message) => ({ env, where: nameOf(delegate), message }));
        });
    })
    .filter(({ message }) => !known.some((warning) => warning.includes(message)));
  return [
    ...new Set(
      found.map(({ env, where, message }) => `${env}: VirtualService ${where}: ${message}`),
    ),
  ];
}

function troubles(
  delegate: VirtualService,
  injection: RouteInjection,
  virtualServices: readonly VirtualService[],
  config: { clusterDomain: string },
): string[] {
  const plan = planned(injection);
  if (plan === undefined) return [];
  const roots = virtualServices.filter(
    (root) => delegatingRoutes(root, delegate, config.clusterDomain).length > 0,
  );
  if (roots.length > 0) return delegateLosses(delegate, roots, plan, config);
  return ['it has no hosts, and no VirtualService here delegates to it: its routes have no effect'];
}
