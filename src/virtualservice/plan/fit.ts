import { jsonBytes } from '../../k8s/canonical.ts';
import type { Contribution, Offer } from '../routes/contribution.ts';
import { MAX_OBJECT_BYTES } from '../routes/limits.ts';
import { EMPTY_PLAN_BYTES } from './plan-bytes.ts';
import type { Room } from './room.ts';

/** A contribution that does not get in. `excess`: its author would get more than its share; absent: there is no room. */
export interface LeftOut<C> {
  contribution: C;
  excess?: string;
}

/**
 * The contributions that do not get in. They get room in the order of the list, and no author gets more than its share. One that is too
 * large for the room that is left is left out; later, smaller ones may still get in.
 */
export function leftOutOf<C extends Contribution>(offer: Offer<C>, room: Room): LeftOut<C>[] {
  const isWhole = fitsWhole(offer, room);
  if (isWhole && offer.areSurelyModest()) return [];
  const hasRoomFor = isWhole ? () => true : roomCounter(room);
  const shares = offer.shares();
  return offer.contributions().flatMap((contribution): LeftOut<C>[] => {
    const excess = shares.excess(contribution);
    if (excess !== undefined) return [{ contribution, excess }];
    if (!hasRoomFor(contribution)) return [{ contribution }];
    shares.take(contribution);
    return [];
  });
}

/** Do all fit, by upper bounds? */
function fitsWhole<C extends Contribution>(offer: Offer<C>, room: Room): boolean {
  // No part is larger than the whole request, so the bytes of the request are usually enough. Twice, because `routes` counts some
  // commas more.
  const most = room.sent + EMPTY_PLAN_BYTES;
  if (most <= room.plan && 2 * most + offer.mostRouteBytes(most, () => most) <= MAX_OBJECT_BYTES) {
    return true;
  }
  const forPlan = EMPTY_PLAN_BYTES + offer.planBytes();
  if (forPlan > room.plan) return false;
  const counted = offer.mostRouteBytes(forPlan, jsonBytes);
  return counted <= room.routesAtLeast() || counted <= room.routes();
}

/** Returns a function that takes the room for one more contribution, and says whether there was enough. */
function roomCounter(room: Room): (contribution: Contribution) => boolean {
  // The first item of the plan's list needs no comma.
  let plan = room.plan - EMPTY_PLAN_BYTES + 1;
  let routes = room.routes();
  return (contribution) => {
    const forPlan = contribution.planBytes() + 1;
    const forRoutes = contribution.routeBytes();
    if (forPlan > plan || forRoutes > routes) return false;
    plan -= forPlan;
    routes -= forRoutes;
    return true;
  };
}
