import { createHash } from 'node:crypto';
import type { LiveSubscriber } from './subscriber.ts';

/** What is told about one workload. */
export interface View {
  /** The same for the same content, whichever replica says it. Clients must not interpret it. */
  rev: string;
  /** The members `refs`, `services` and `incarnations` of the answer, as JSON without the braces around them. */
  members: string;
}

export const EMPTY_VIEW: View = viewOf([]);

/**
 * The view of one workload's live consumers. Should two of them have the same ref, its services are those of both. That is safe: where
 * the joined names select the ref, those of one consumer do, too; where they are ambiguous, the base handles the message. Such a ref has no
 * incarnation: then the pods of both drain before they end, which takes longer and loses nothing.
 */
export function viewOf(subscribers: readonly LiveSubscriber[]): View {
  const byRef = Map.groupBy(subscribers, ({ ref }) => ref);
  const refs = [...byRef.keys()].sort();
  const services = refs.map((ref) => [ref, namesOf(byRef.get(ref) ?? [])] as const);
  const incarnations = refs.flatMap((ref) => {
    const [one, ...others] = new Set(byRef.get(ref)?.map(({ incarnation }) => incarnation));
    return one === undefined || others.length > 0 ? [] : [[ref, one] as const];
  });
  const text = JSON.stringify({
    refs,
    services: Object.fromEntries(services),
    incarnations: Object.fromEntries(incarnations),
  });
  const members = text.slice(1, -1);
  return { rev: createHash('sha256').update(members).digest('base64url').slice(0, 22), members };
}

function namesOf(subscribers: readonly LiveSubscriber[]): string[] {
  return [...new Set(subscribers.flatMap(({ services }) => services))].sort();
}

/** The body of an answer. */
export function answerText({ rev, members }: View, ageMs: number, leaseMs: number): string {
  // Rounded up: a list must not look younger than it is.
  return `{"rev":"${rev}",${members},"ageMs":${Math.ceil(ageMs)},"leaseMs":${leaseMs}}`;
}
