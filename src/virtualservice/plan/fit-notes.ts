import type { Plan } from '../routes/plan-codec.ts';
import { planBytes } from './plan-bytes.ts';
import type { Room } from './room.ts';

/** The plan with as many of its notes as fit beside its injections: routes matter more than notes. */
export function fitNotes(plan: Plan, room: Room): Plan {
  const { notes } = plan;
  if (notes.length === 0) return plan;
  const count = largest(notes.length, (length) =>
    fits({ ...plan, notes: notes.slice(0, length) }, room),
  );
  return { ...plan, notes: notes.slice(0, count) };
}

function fits(plan: Plan, room: Room): boolean {
  return planBytes(plan) <= room.plan;
}

/** The largest count from 0 to `limit` that fits, if every smaller count fits, too; 0 if none fits. */
export function largest(limit: number, fits: (count: number) => boolean): number {
  if (fits(limit)) return limit;
  let low = 0;
  let high = limit;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
