import type { PlanNote, PlannedInjection } from '../routes/plan-codec.ts';

/** An injection that is not in the plan, and why, unless there is simply no room. */
export interface LeftOut {
  injection: PlannedInjection;
  excess?: string;
}

/** Tells the env that its injection was left out, and what to do. */
export function tooLargeNote({ injection, excess }: LeftOut): PlanNote {
  const { env, deployment, host } = injection;
  const message =
    excess === undefined
      ? 'this VirtualService has no room for more routes; delete an env, or split the VirtualService'
      : `this VirtualService has no room for more routes of this env: ${excess}`;
  return { deployment, env, host, message, state: 'too-large' };
}
