import type { RouteInjection } from '../../api/routeinjection.ts';
import { unguardedRoute } from '../routes/eligible.ts';
import { exposedRoutes } from '../routes/guard.ts';
import type { PlanNote } from '../routes/plan-codec.ts';
import type { Scope } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import { note, summary } from './note.ts';

/** Notes about regular requests that reach a clone's pods, by a route to its host without a subset or with one that selects the clone. */
export function guardNotes(users: UsersVirtualService, scope: Scope) {
  const known = new Map<string, string | undefined>();
  const unguarded = (host: string): string | undefined => {
    if (!known.has(host)) known.set(host, unguardedRoute(users, host, scope));
    return known.get(host);
  };
  const exposedTo = exposedRoutes(users, scope);
  return (injection: RouteInjection): PlanNote[] => {
    const { host, from, service } = injection.spec;
    // Only requests of the env reach pods behind a Service of their own.
    if (service !== undefined && service.sharesPods !== true) return [];
    const exposed = summary(exposedTo(injection)).map((message) =>
      note(injection, 'unguarded', message),
    );
    const label = unguarded(host);
    if (label === undefined) return exposed;
    const subset = from.length === 0 ? "the base's subset" : `the subset ${from.join(' or ')}`;
    const message = `${label} sends to ${host} without a subset, so that regular requests reach the clone's pods; name ${subset} there`;
    return [note(injection, 'unguarded', message), ...exposed];
  };
}
