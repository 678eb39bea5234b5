import type { PlanNote, PlannedInjection } from '../routes/plan-codec.ts';

/** An injection that is not in the plan. `excess`: its env would get more than its share; absent: there is no room. */
export interface LeftOut {
  injection: PlannedInjection;
  excess?: string;
}

/** The note for the env of an injection that was left out. */
export function tooLargeNote({ injection, excess }: LeftOut): PlanNote {
  const { env, deployment, host } = injection;
  const message =
    excess === undefined
      ? 'this VirtualService has no room for more routes; delete an env, or split the VirtualService'
      : `this VirtualService has no room for more routes of this env: ${excess}`;
  return { deployment, env, host, message, state: 'too-large' };
}
