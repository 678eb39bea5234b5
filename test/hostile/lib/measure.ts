import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FastifyInstance } from 'fastify';

/**
 * Maximum processor time of this thread for one call, in milliseconds. For a slow machine, HOSTILE_MS sets another
 * value.
 */
export const MAX_MS = Number(process.env['HOSTILE_MS'] || 500);

export interface Measured {
  statusCode: number;
  text: string;
  /** Processor time of this thread in milliseconds. It does not depend on the load of the machine. */
  ms: number;
}

export async function post(app: FastifyInstance, url: string, payload: string): Promise<Measured> {
  const headers = { 'content-type': 'application/json' };
  const before = process.threadCpuUsage();
  const { statusCode, body } = await app.inject({ method: 'POST', url, payload, headers });
  const { user, system } = process.threadCpuUsage(before);
  return { statusCode, text: body, ms: (user + system) / 1000 };
}

/**
 * Makes the call. If it takes too long, makes it again and returns the faster one, because a garbage collection may
 * have run during the first.
 */
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

/** Bytes in use after a full garbage collection. */
export function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
