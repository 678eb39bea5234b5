import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asked, started } from '../lib/child.ts';
import type { Doors, HookFigures, HookOrder } from './hook-orders.ts';

const PROGRAM = fileURLToPath(new URL('./hook-process.ts', import.meta.url));

export interface Hooks extends Doors {
  answerBy(mode: Exclude<HookOrder, 'figures'>): Promise<void>;
  /** The figures since the last call of this function. */
  figures(): Promise<HookFigures>;
  stop(): Promise<void>;
}

/** Starts the service as a separate process, with these decision flags. */
export async function startHooks(flags: readonly string[]): Promise<Hooks> {
  const { child, told: doors } = await started<Doors>(PROGRAM, flags);
  return {
    ...doors,
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
