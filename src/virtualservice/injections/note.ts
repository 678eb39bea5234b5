import type { RouteInjection } from '../../api/routeinjection.ts';
import type { InjectionState, PlanNote } from '../routes/plan-codec.ts';

/** A note to the env of an injection. */
export function note(injection: RouteInjection, state: InjectionState, message: string): PlanNote {
  const { env, deployment, host } = injection.spec;
  // In the order in which the annotation has them.
  return { deployment, env, host, message, state };
}

/** So many routes of one kind are named to an env; the others are counted. */
const MAX_NAMED = 3;

/** The first few of different messages; the last one tells how many more there are. */
export function summary(messages: readonly string[]): readonly string[] {
  if (messages.length < 2) return messages;
  const different = [...new Set(messages)];
  const more = different.length - MAX_NAMED;
  if (more <= 0) return different;
  const last = `${different[MAX_NAMED - 1]} (and ${more} more like this)`;
  return [...different.slice(0, MAX_NAMED - 1), last];
}

/** The same for routes, in one text. */
export function routesText(labels: readonly string[]): string {
  const different = [...new Set(labels)];
  const more = different.length - MAX_NAMED;
  const named = different.slice(0, MAX_NAMED).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}
