import { existsSync, readFileSync } from 'node:fs';
import type { Lifetime } from './env.ts';
import type { Sent } from './producer.ts';
import type { Disturbance } from './world.ts';

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

/**
 * Who may have handled a message: one of these must. While an env is live, it is the env, which began at stable's position before. Of what
 * was sent before that and was still waiting then, the env gets its share, too. When the env is gone, it is stable.
 */
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
  return own.some(({ gone }) => gone === 0 || sentAt <= gone) ? [ref, 'stable'] : ['stable'];
}

/** What is wrong with one message. */
interface Finding {
  isLost: boolean;
  isWrong: boolean;
  isCalm: boolean;
  isUnexplained: boolean;
  times: number;
  text: string;
}

export function judge(
  sent: readonly Sent[],
  handled: readonly Handled[],
  lifetimes: readonly Lifetime[],
  disturbances: readonly Disturbance[],
): Verdict {
  const byId = Map.groupBy(handled, ({ id }) => id);
  const findings = sent.map((message) =>
    finding(message, byId.get(message.id) ?? [], lifetimes, disturbances),
  );
  const texts = (is: (one: Finding) => boolean) => findings.filter(is).map(({ text }) => text);
  return {
    messages: sent.length,
    lost: texts(({ isLost }) => isLost),
    wrong: texts(({ isWrong }) => isWrong),
    unexplained: texts(({ isUnexplained }) => isUnexplained),
    duplicates: findings.reduce((sum, { times }) => sum + Math.max(0, times - 1), 0),
    most: Math.max(0, ...findings.map(({ times }) => times)),
    calm: findings.filter(({ isCalm }) => isCalm).length,
  };
}

function finding(
  message: Sent,
  by: readonly Handled[],
  lifetimes: readonly Lifetime[],
  disturbances: readonly Disturbance[],
): Finding {
  const { id, topic, ref, sentAt } = message;
  const right = rightOnes(message, lifetimes);
  const isDisturbed = (at: number) =>
    disturbances.some((one) => at >= one.from && at <= one.to && (one.ref ?? ref) === ref);
  const when = (ms: number) => new Date(ms).toISOString().slice(11);
  const who = by.map(({ pod, at }) => `${pod} ${when(at)}`).join(', ') || 'nobody';
  return {
    isLost: !by.some((one) => right.includes(one.by)),
    isWrong: by.some((one) => one.by !== 'stable' && one.by !== ref),
    isCalm: !isDisturbed(sentAt),
    isUnexplained: by.length > 1 && !by.some(({ at }) => isDisturbed(at)),
    times: by.length,
    text: `${id} (${ref ?? 'no ref'}, ${topic}, sent ${when(sentAt)}): handled by ${who}; right: ${right.join(' or ')}`,
  };
}

/** One line for people. */
export function inWords(name: string, { messages, lost, duplicates, most, calm }: Verdict): string {
  return `${name}: ${messages} messages, ${lost.length} lost, ${duplicates} duplicates (one message at most ${most} times), ${calm} messages sent in calm times`;
}
