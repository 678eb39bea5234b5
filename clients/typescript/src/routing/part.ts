import type { Routing } from './types.ts';

/** What differs between plain consumers, stable and envs. */
export type Part = Pick<Routing, 'decide' | 'join' | 'mayConsume' | 'close'>;
