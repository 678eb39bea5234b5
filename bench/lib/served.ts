import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Figures, Order } from './server.ts';

const SERVER = fileURLToPath(new URL('./server.ts', import.meta.url));

/** Another process with hooks, or with a route that only answers what it was told. */
export interface Served {
  figures(): Promise<Figures>;
  close(): Promise<void>;
}

export async function serveHooks(port: number): Promise<Served> {
  return served(await started('hooks', port));
}

export async function serveNothing(port: number, answers: object[]): Promise<Served> {
  const child = await started('nothing', port);
  await asked(child, { answers });
  return served(child);
}

async function started(kind: 'hooks' | 'nothing', port: number): Promise<ChildProcess> {
  const child = fork(SERVER, [kind, String(port)]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the server ended with ${code}`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return child;
}

function served(child: ChildProcess): Served {
  return {
    figures: () => asked<Figures>(child, 'figures'),
    close: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function asked<T>(child: ChildProcess, order: Order): Promise<T> {
  const answered = once(child, 'message');
  child.send(order);
  const [answer] = await answered;
  return answer as T;
}
