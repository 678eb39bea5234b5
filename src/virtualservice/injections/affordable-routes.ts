import { jsonBytes } from '../../k8s/canonical.ts';
import type { Plan } from '../routes/plan-codec.ts';
import type { Scope } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import { affordableInjections } from './affordable.ts';
import type { WantedRoutes } from './planned.ts';
import { applicants } from './room-order.ts';
import type { LeftOut } from './too-large-note.ts';

/**
 * The wanted routes of which copies may be drafted, and those for which the VirtualService is too large. Active injections come first, in
 * the order in which room is given (see `applicants`); then those that wait.
 */
export function affordableRoutes(
  users: UsersVirtualService,
  wanted: readonly WantedRoutes[],
  scope: Scope,
  sentBytes: number,
  present: Plan | undefined,
): { wanted: readonly WantedRoutes[]; costly: LeftOut[] } {
  const plans = wanted.flatMap(({ plan }) => plan ?? []);
  // If all are affordable together, their order does not matter.
  const { leftOut: some } = affordableInjections(users, plans, scope, sentBytes);
  if (some.length === 0) return { wanted, costly: [] };
  const ordered = [true, false].flatMap((isActive) => {
    const asking = wanted.filter(({ injection }) => injection.spec.active === isActive);
    const injections = asking.flatMap(({ plan }) => plan ?? []);
    return applicants(injections, present?.injections ?? [], jsonBytes);
  });
  const { leftOut } = affordableInjections(
    users,
    ordered.map(({ injection }) => injection),
    scope,
  );
  const costly = new Set(leftOut);
  return {
    wanted: wanted.filter(({ plan }) => plan === undefined || !costly.has(plan)),
    costly: leftOut.map((injection) => ({ injection })),
  };
}
