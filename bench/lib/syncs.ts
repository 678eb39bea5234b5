/** A worker thread that sends sync and finalize calls of envs again and again until it is terminated. */
import { workerData } from 'node:worker_threads';
import { load } from './load.ts';
import { callsOf, SIZES, type SizeName } from './sizes.ts';

export interface SyncsOptions {
  port: number;
  connections: number;
  size: SizeName;
}

const { port, connections, size } = workerData as SyncsOptions;
const syncs = callsOf(SIZES[size]).filter(({ hook }) => hook === 'sync' || hook === 'finalize');
await load({ port, connections }, syncs, () => false);
