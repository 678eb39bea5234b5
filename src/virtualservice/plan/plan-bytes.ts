import { jsonBytes } from '../../k8s/canonical.ts';
import { EMPTY_PLAN, type Plan } from '../routes/plan-codec.ts';

/** Kept free in the plan for `attempt` and `at`, so that a plan that fits still does when it is asked for again. */
const BOOKKEEPING_BYTES = 64;

/** What a plan takes of the annotation, at the most. */
export function planBytes({ injections, notes }: Pick<Plan, 'injections' | 'notes'>): number {
  return jsonBytes({ injections, notes }) + BOOKKEEPING_BYTES;
}

/** What a plan takes in which nothing is. */
export const EMPTY_PLAN_BYTES = planBytes(EMPTY_PLAN);
