import type { RouteInjection } from '../../api/routeinjection.ts';
import type { InjectionState, PlanNote } from '../routes/plan-codec.ts';

/** A note for the env of an injection. */
export function note(injection: RouteInjection, state: InjectionState, message: string): PlanNote {
  const { env, deployment, host } = injection.spec;
  // In the order of the annotation's keys.
  return { deployment, env, host, message, state };
}

/** Most routes of one kind that are named in an env's notes; the others are counted. */
const MAX_NAMED = 3;

/** The first few different messages; the last one says how many more there are. */
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
