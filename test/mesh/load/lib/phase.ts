import { setTimeout as sleep } from 'node:timers/promises';
import { judge, WRONGS, type Wrong } from './judge.ts';
import { type Load, startLoad } from './load.ts';
import type { Mix } from './mix.ts';
import type { Sent } from './request.ts';
import type { Scene } from './scene.ts';
import { isRefName, linkName, refName, selectionsOf } from './selections.ts';
import type { Epoch } from './timeline.ts';
import { HOST } from './world.ts';

/** The results of the requests of one phase. */
export interface Count {
  requests: number;
  /** Requests that envs match at some time. */
  matching: number;
  /** Requests that an env's pod answered. */
  byEnvs: number;
  /** Requests that an env's pod answered because of a ref. */
  byRefs: number;
  wrong: Record<Wrong, Sent[]>;
  sent: readonly Sent[];
}

export interface PhaseOptions extends Omit<Mix, 'doors'> {
  /** Default: that of the Service. */
  host?: string;
  /** Requests per second. */
  rate: number;
}

/** Maximum delay of a watch event after its write. */
const LATE_MS = 500;

/** Sends requests at a steady rate while `work` runs. Returns the number of requests and the wrong answers. */
export async function phase(
  { doors, envs }: Scene,
  { rate, host = HOST, ...mix }: PhaseOptions,
  work: (load: Load) => Promise<unknown>,
): Promise<Count> {
  const load = startLoad({ doors, host, rate, mix: { ...mix, doors: doors.length } });
  try {
    await work(load);
  } finally {
    await load.stop();
  }
  await sleep(LATE_MS);
  const sent = load.sent();
  const epochs = envs.timeline.epochs();
  const wrong = Object.fromEntries(WRONGS.map((kind) => [kind, [] as Sent[]])) as Count['wrong'];
  for (const one of sent) {
    const kind = judge(one, epochs);
    if (kind !== undefined) wrong[kind].push(one);
  }
  const named = [...(mix.refs ?? []).map(refName), ...(mix.links ?? []).map(linkName)];
  const users = new Set([...mix.users, ...named]);
  return {
    requests: sent.length,
    matching: sent.filter((one) => selectionsOf(one).some((user) => users.has(user))).length,
    byEnvs: sent.filter(({ version }) => epochs.some(({ env }) => env === version)).length,
    byRefs: sent.filter((one) => isByRef(one, epochs)).length,
    wrong,
    sent,
  };
}

/** Did an env answer that had the request's ref at some time? */
function isByRef(sent: Sent, epochs: readonly Epoch[]): boolean {
  const [selected = ''] = selectionsOf(sent);
  return epochs.some(
    ({ env, user }) =>
      env === sent.version && isRefName(selected) && [user].flat().includes(selected),
  );
}

/** Number of wrong answers, by kind. */
export function wrongs({ wrong }: Pick<Count, 'wrong'>): Record<Wrong, number> {
  const counts = Object.entries(wrong).map(([kind, sent]) => [kind, sent.length]);
  return Object.fromEntries(counts) as Record<Wrong, number>;
}

/** Prints the first answers of each kind. */
export function tellWrong(wrong: Readonly<Record<string, readonly Sent[]>>): void {
  for (const [kind, sent] of Object.entries(wrong)) {
    for (const one of sent.slice(0, 5)) process.stderr.write(`  ${kind} ${JSON.stringify(one)}\n`);
  }
}

/** `12,345 requests (7,012 matching, 5,100 answered by envs, 2,100 of these by ref): 3 5xx, 1 missed` */
export function describeCount(count: Count): string {
  const number = (value: number) => value.toLocaleString('en-GB');
  const found = Object.entries(wrongs(count)).filter(([, amount]) => amount > 0);
  const told = found.map(([kind, amount]) => `${number(amount)} ${kind}`).join(', ');
  const { requests, matching, byEnvs, byRefs } = count;
  const ofThese = byRefs > 0 ? `, ${number(byRefs)} of these by ref` : '';
  return `${number(requests)} requests (${number(matching)} matching, ${number(byEnvs)} answered by envs${ofThese}): ${told || 'none wrong'}`;
}
