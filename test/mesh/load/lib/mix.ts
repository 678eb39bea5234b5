import { DELAY_HEADER } from '../../lib/echo.ts';
import { WITH_LINK, WITHOUT_LINK } from './link-requests.ts';
import { STRANGE_REFS, WITH_REF } from './ref-headers.ts';
import { HEADER, type Intent } from './request.ts';

/** The composition of the traffic. */
export interface Mix {
  /** Values of the header `user` that some env matches at some time. */
  users: readonly string[];
  /** Refs that some env has at some time. If there are some, about half of the requests have headers with refs. */
  refs?: readonly string[];
  /** Refs whose links some env has at some time. If there are some, about half of the requests have links, cookies or headers of them. */
  links?: readonly string[];
  /** Number of listeners. */
  doors: number;
  /** Share of the requests with one of these values. All other requests are for the base. Default 0.6. */
  share?: number;
  /** Default `/`. */
  paths?: readonly string[];
  seed: number;
}

/** Headers of requests that must not go to any env. Some of them almost match. */
const STRANGERS: readonly ((user: string) => Record<string, string>)[] = [
  () => ({}),
  () => ({}),
  () => ({ [HEADER]: 'somebody-else' }),
  (user) => ({ [HEADER]: `${user}x` }),
  (user) => ({ [HEADER]: user.toUpperCase() }),
  (user) => ({ [`x-${HEADER}`]: user }),
];

const REF_SHARE = 0.5;
const LINK_SHARE = 0.5;
const FRESH_SHARE = 0.2;
/** Share of requests that the pod answers after `SLOW_MS`. */
const SLOW_SHARE = 0.02;
const SLOW_MS = '1000';

/** Returns one pseudo-random request after the other, the same ones for the same seed. */
export function mixer({
  users,
  refs = [],
  links = [],
  doors,
  share = 0.6,
  paths = ['/'],
  seed,
}: Mix): () => Intent {
  const random = numbers(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  return () => {
    const user = one(users);
    const isTheirs = random() < share;
    const hasRef = refs.length > 0 && random() < REF_SHARE;
    const byUser = () => (isTheirs ? { [HEADER]: user } : one(STRANGERS)(user));
    const byLink = () => one(isTheirs ? WITH_LINK : WITHOUT_LINK)(one(links), one(links));
    const link = links.length > 0 && random() < LINK_SHARE ? byLink() : undefined;
    const byRef = () => one(isTheirs ? WITH_REF : STRANGE_REFS)(one(refs), user);
    return {
      door: Math.floor(random() * doors),
      protocol: random() < 0.5 ? 'http1' : 'http2',
      isFresh: random() < FRESH_SHARE,
      path: link?.path ?? one(paths),
      headers: {
        ...(link?.headers ?? (hasRef ? byRef() : byUser())),
        ...(random() < SLOW_SHARE ? { [DELAY_HEADER]: SLOW_MS } : {}),
      },
    };
  };
}

/** Pseudo-random numbers from 0 to 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
