import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Doors, HookFigures, HookOrder } from './hook-orders.ts';

const PROGRAM = fileURLToPath(new URL('./hook-process.ts', import.meta.url));

export interface Hooks {
  doors: Doors;
  answerBy(mode: Exclude<HookOrder, 'figures'>): Promise<void>;
  /** Since they were asked for last. */
  figures(): Promise<HookFigures>;
  stop(): Promise<void>;
}

/** The service in a process of its own, with these decision flags. */
export async function startHooks(flags: readonly string[]): Promise<Hooks> {
  const child = fork(PROGRAM, [...flags]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the hooks' process ended with ${code}`);
  });
  const [doors] = (await Promise.race([once(child, 'message'), ended])) as [Doors];
  ended.catch(() => undefined);
  return {
    doors,
    answerBy: async (mode) => {
      await asked(child, mode);
    },
    figures: () => asked<HookFigures>(child, 'figures'),
    stop: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

async function asked<T>(child: ChildProcess, order: HookOrder): Promise<T> {
  const answered = once(child, 'message');
  child.send(order);
  const [answer] = await answered;
  return answer as T;
}
