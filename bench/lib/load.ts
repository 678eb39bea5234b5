import { Agent, request } from 'node:http';
import type { Call } from './calls.ts';

export interface Target {
  port: number;
  /** Number of keep-alive connections. Each one carries one call at a time. */
  connections: number;
}

export interface Load {
  calls: number;
  seconds: number;
  /** Milliseconds of each call. */
  times: number[];
}

/** Sends the calls again and again until `isEnough` returns true. Throws at any status other than 200. */
export async function load(
  { port, connections }: Target,
  calls: readonly Call[],
  isEnough: (done: number, seconds: number) => boolean,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let next = 0;
  const work = async (): Promise<void> => {
    while (!isEnough(next, seconds())) {
      const at = next % calls.length;
      next += 1;
      const began = performance.now();
      await send(port, agent, at, calls[at]);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return { calls: times.length, seconds: seconds(), times };
}

/**
 * Sends a call and returns the text of the answer. `at`: index of the call. The route that decides nothing selects its
 * answer by this index.
 */
export function send(
  port: number,
  agent: Agent,
  at: number,
  call: Call | undefined,
): Promise<string> {
  if (call === undefined) throw new Error('there are no calls');
  const body = Buffer.from(call.text);
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-call': String(at),
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: call.url, method: 'POST', agent, headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${call.url}: ${answer.statusCode} ${text}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
