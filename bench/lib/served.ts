import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asked, started } from './child.ts';
import type { Figures, Order } from './server.ts';

const SERVER = fileURLToPath(new URL('./server.ts', import.meta.url));

/** A server in another process. It has the hooks, or a route that only returns given answers. */
export interface Served {
  figures(): Promise<Figures>;
  close(): Promise<void>;
}

export async function serveHooks(port: number): Promise<Served> {
  return served((await started(SERVER, ['hooks', String(port)])).child);
}

export async function serveNothing(port: number, answers: object[]): Promise<Served> {
  const { child } = await started(SERVER, ['nothing', String(port)]);
  const order: Order = { answers };
  await asked(child, order);
  return served(child);
}

function served(child: ChildProcess): Served {
  return {
    figures: () => asked<Figures>(child, 'figures' satisfies Order),
    close: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
