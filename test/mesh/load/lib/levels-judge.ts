import { BASE, type Wrong } from './judge.ts';
import { type Sent, userOf } from './request.ts';
import type { Span } from './timeline.ts';

/** One life of a version; times in milliseconds since 1970. */
export interface Life extends Span {
  version: string;
  /** When all proxies route to it. */
  ready: Span[];
}

export interface Levels {
  lives: readonly Life[];
  /** When all proxies have the routes of the VirtualEnvironment. Otherwise every pod of the Service may answer. */
  environment: readonly Span[];
  /** The version of each listener's proxy, whose requests without the header get it. */
  doors: readonly (string | undefined)[];
}

/**
 * What is wrong with an answer; undefined if nothing is. `leaked`: the version that answered is not the request's, or none of its
 * ancestors, or it had no life then. `missed`: a longer version was ready from the start to the end of the request.
 */
export function judgeLevel(sent: Sent, { lives, environment, doors }: Levels): Wrong | undefined {
  const { status, version } = sent;
  if (status === 0) return 'unanswered';
  if (status >= 500) return '5xx';
  if (version === undefined) return 'strange';
  if (!environment.some((span) => contains(span, sent))) return undefined;
  const chain = ancestorsOf(userOf(sent) ?? doors[sent.door] ?? BASE);
  const own = (name: string) => lives.filter((life) => life.version === name);
  const isPossible = own(version).some(({ from, to }) => from <= sent.end && sent.start <= to);
  const at = chain.indexOf(version);
  if (version !== BASE && (at < 0 || !isPossible)) return 'leaked';
  const longer = at < 0 ? chain : chain.slice(0, at);
  const isReady = (name: string) =>
    own(name).some(({ ready }) => ready.some((span) => contains(span, sent)));
  return longer.some(isReady) ? 'missed' : undefined;
}

/** `shared.p1.u1`, `shared.p1`, `shared` */
function ancestorsOf(value: string): string[] {
  const levels = value.split('.');
  return levels.map((_, index) => levels.slice(0, levels.length - index).join('.'));
}

function contains({ from, to }: Span, { start, end }: Sent): boolean {
  return from <= start && end <= to;
}
