import { existsSync, readFileSync } from 'node:fs';
import type { Lifetime } from './env.ts';
import type { Sent } from './producer.ts';

/** One handling of a message. `by`: a ref, or stable. */
export interface Handled {
  id: string;
  by: string;
  pod: string;
  at: number;
}

export interface Verdict {
  messages: number;
  /** Nobody right handled them. */
  lost: string[];
  /** Handled by an env whose ref they do not have. */
  wrong: string[];
  /** Handled more often than once. */
  duplicates: number;
  /** The most often that one message was handled. */
  most: number;
  /** Duplicates of which no handling was near a disturbance. */
  unexplained: string[];
  /** Messages that were sent far from every disturbance. */
  calm: number;
}

/** From when to when duplicates may happen. */
export interface Disturbance {
  from: number;
  to: number;
  /** Only messages with this ref are concerned; absent: all. */
  ref?: string;
}

export function readHandled(
  files: readonly { pod: string; by: string; file: string }[],
): Handled[] {
  return files.flatMap(({ pod, by, file }) =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('noise'))
          .map((line) => {
            const [id = '', at = '0'] = line.split(' ');
            return { id, by, pod, at: Number(at) };
          })
      : [],
  );
}

/** Who must have handled a message: one of these. */
export function rightOnes(
  { ref, sentAt, ackedAt }: Sent,
  lifetimes: readonly Lifetime[],
): string[] {
  if (ref === undefined) return ['stable'];
  const own = lifetimes.filter((lifetime) => lifetime.ref === ref);
  const isLive = own.some(
    ({ live, leaving }) => live > 0 && sentAt >= live && (leaving === 0 || ackedAt <= leaving),
  );
  if (isLive) return [ref];
  const isNear = own.some(
    ({ created, gone }) => ackedAt >= created && (gone === 0 || sentAt <= gone),
  );
  return isNear ? [ref, 'stable'] : ['stable'];
}

export function judge(
  sent: readonly Sent[],
  handled: readonly Handled[],
  lifetimes: readonly Lifetime[],
  disturbances: readonly Disturbance[],
): Verdict {
  const byId = new Map<string, Handled[]>();
  for (const one of handled) byId.set(one.id, [...(byId.get(one.id) ?? []), one]);
  const verdict: Verdict = {
    messages: sent.length,
    lost: [],
    wrong: [],
    duplicates: 0,
    most: 0,
    unexplained: [],
    calm: 0,
  };
  const isDisturbed = (at: number, ref: string | undefined) =>
    disturbances.some((one) => at >= one.from && at <= one.to && (one.ref ?? ref) === ref);
  for (const message of sent) {
    const { id, ref, sentAt } = message;
    const by = byId.get(id) ?? [];
    const right = rightOnes(message, lifetimes);
    const text = `${id} (${ref ?? 'no ref'}, ${message.topic}, sent ${new Date(sentAt).toISOString()}): ${by.map((one) => `${one.pod} ${new Date(one.at).toISOString()}`).join(', ') || 'nobody'}, and not ${right.join(' or ')}`;
    if (!by.some((one) => right.includes(one.by))) verdict.lost.push(text);
    if (by.some((one) => one.by !== 'stable' && one.by !== ref)) verdict.wrong.push(text);
    verdict.most = Math.max(verdict.most, by.length);
    verdict.duplicates += Math.max(0, by.length - 1);
    const isCalm = !isDisturbed(sentAt, ref);
    if (isCalm) verdict.calm += 1;
    if (by.length > 1 && !by.some((one) => isDisturbed(one.at, ref)))
      verdict.unexplained.push(text);
  }
  return verdict;
}

/** Two lines for people. */
export function inWords(name: string, { messages, lost, duplicates, most, calm }: Verdict): string {
  return `${name}: ${messages} messages, ${lost.length} lost, ${duplicates} duplicates (one message at most ${most} times), ${calm} messages sent in calm times`;
}
