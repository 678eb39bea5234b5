import type { ApiAnswer, ApiServer } from '../../src/cluster/api-server.ts';
import { pageOf } from '../lib/objects.ts';
import type { Machine } from './machine.ts';
import type { Truth } from './truth.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How the API server is for one replica, from `at` until the next one. */
export interface Weather {
  at: number;
  /** Milliseconds from the state that is answered to the end of the answer. */
  slow: number;
  fault: 'none' | 'gone' | 'hang' | 'error' | 'expire' | 'no-watch';
}

const GOOD: Weather = { at: 0, slow: 5, fault: 'none' };
/** One object a page, so that every list has several. */
const PAGE = 1;
const STALE_CACHE_MS = 20_000;

export interface ApiWorld {
  time: VirtualTime;
  truth: Truth;
  machine: Machine;
  weather: readonly Weather[];
  /** How late watch events come. */
  watchLag: number;
  /** Beside the hint: what a feed would see that believes events. */
  onEvent?(items: object[]): void;
}

/** An API server as one replica sees it. Lists without a resourceVersion are consistent; with 0 they come from an old cache. */
export function createApi(world: ApiWorld): ApiServer {
  const { time, truth, machine, watchLag, onEvent } = world;
  const weather = world.weather.toSorted((a, b) => a.at - b.at);
  const now = () => weather.findLast(({ at }) => at <= time.now()) ?? GOOD;
  const get = (path: string, signal: AbortSignal): Promise<ApiAnswer> => {
    const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
    signal.addEventListener('abort', () => reject(signal.reason));
    const { fault, slow } = now();
    if (fault === 'hang') return promise;
    const back = time.now() + 1 + slow;
    // The server reads its state when the request is there.
    machine.arrive(time.now() + 1, () => undefined);
    time.at(time.now() + 1, () => {
      const answer = answerTo(path, fault);
      machine.arrive(back, () =>
        fault === 'gone' ? reject(new Error('refused')) : resolve(answer),
      );
    });
    return promise;
  };
  const answerTo = (path: string, fault: Weather['fault']): ApiAnswer => {
    const query = new URLSearchParams(path.split('?')[1]);
    const [from = 0, of] = (query.get('continue') ?? '').split('@').map(Number);
    if (fault === 'error') return { status: 500, text: 'etcdserver: request timed out' };
    if (of !== undefined && fault === 'expire') return { status: 410, text: '{}' };
    const lag = query.get('resourceVersion') === '0' ? STALE_CACHE_MS : 0;
    const state = of ?? time.now() - lag;
    const items = truth.itemsAt(state);
    const more = from + PAGE < items.length ? `${from + PAGE}@${state}` : '';
    const version = `${truth.resourceVersionAt(state)}`;
    return { status: 200, text: pageOf(items.slice(from, from + PAGE), version, more) };
  };
  const watch: ApiServer['watch'] = (_path, onData, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    signal.addEventListener('abort', () => reject(signal.reason));
    if (now().fault === 'no-watch') {
      resolve(410);
      return promise;
    }
    for (const { at } of truth.changesAfter(time.now())) {
      machine.arrive(at + watchLag, () => {
        if (signal.aborted || now().fault !== 'none') return;
        onEvent?.(truth.itemsAt(at));
        onData();
      });
    }
    return promise;
  };
  return { get, watch };
}
