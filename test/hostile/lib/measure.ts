import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FastifyInstance } from 'fastify';

/** Longest time of this thread's processor that one call may take; HOSTILE_MS: another one, for a machine that is busy or slow. */
export const MAX_MS = Number(process.env['HOSTILE_MS'] || 500);

export interface Measured {
  statusCode: number;
  text: string;
  /** Processor time of this thread: how busy the machine is does not matter. */
  ms: number;
}

export async function post(app: FastifyInstance, url: string, payload: string): Promise<Measured> {
  const headers = { 'content-type': 'application/json' };
  const before = process.threadCpuUsage();
  const { statusCode, body } = await app.inject({ method: 'POST', url, payload, headers });
  const { user, system } = process.threadCpuUsage(before);
  return { statusCode, text: body, ms: (user + system) / 1000 };
}

/** The better of two when the first took too long: it may have met a collection of others' garbage. */
export async function postQuickly(
  app: FastifyInstance,
  url: string,
  payload: string,
): Promise<Measured> {
  const first = await post(app, url, payload);
  if (first.ms <= MAX_MS) return first;
  const second = await post(app, url, payload);
  return second.ms < first.ms ? second : first;
}

/** Bytes that are in use when all garbage is collected. */
export function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
