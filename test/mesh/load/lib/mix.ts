import { DELAY_HEADER } from '../../lib/echo.ts';
import { HEADER, type Intent } from './request.ts';

/** What steady traffic is made of. */
export interface Mix {
  /** Values of the header that envs match, now or at another time. */
  users: readonly string[];
  /** How many listeners there are. */
  doors: number;
  /** Share of the requests that have one of these values; the others are everybody's. Default 0.6. */
  share?: number;
  /** Default `/`. */
  paths?: readonly string[];
  seed: number;
}

/** Headers of requests that no env may take, though some come near. */
const STRANGERS: readonly ((user: string) => Record<string, string>)[] = [
  () => ({}),
  () => ({}),
  () => ({ [HEADER]: 'somebody-else' }),
  (user) => ({ [HEADER]: `${user}x` }),
  (user) => ({ [HEADER]: user.toUpperCase() }),
  (user) => ({ [`x-${HEADER}`]: user }),
];

const FRESH_SHARE = 0.2;
/** Requests that are under way for a while, whatever happens meanwhile. */
const SLOW_SHARE = 0.02;
const SLOW_MS = '1000';

/** Answers one request after the other, at random, but the same ones for the same seed. */
export function mixer({ users, doors, share = 0.6, paths = ['/'], seed }: Mix): () => Intent {
  const random = numbers(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  return () => {
    const user = one(users);
    const isTheirs = random() < share;
    return {
      door: Math.floor(random() * doors),
      protocol: random() < 0.5 ? 'http1' : 'http2',
      isFresh: random() < FRESH_SHARE,
      path: one(paths),
      headers: {
        ...(isTheirs ? { [HEADER]: user } : one(STRANGERS)(user)),
        ...(random() < SLOW_SHARE ? { [DELAY_HEADER]: SLOW_MS } : {}),
      },
    };
  };
}

/** Numbers from 0 to 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
