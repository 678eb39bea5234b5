import { jsonBytes } from '../../k8s/canonical.ts';
import { EMPTY_PLAN, type Plan, SERVICE_LIST_BYTES } from '../routes/plan-codec.ts';

/** Kept free in the plan for `attempt` and `at`, so that a plan that fits still fits at a retry. */
const BOOKKEEPING_BYTES = 64;

/** Bytes of the plan annotation for a plan, retries included. */
export function planBytes({ injections, notes }: Pick<Plan, 'injections' | 'notes'>): number {
  const list = injections.some(({ service }) => service !== undefined) ? SERVICE_LIST_BYTES : 0;
  return jsonBytes({ injections, notes }) + list + BOOKKEEPING_BYTES;
}

/** Bytes of an empty plan. */
export const EMPTY_PLAN_BYTES = planBytes(EMPTY_PLAN);
