import { startAround } from '../../test/e2e/lib/system.ts';
import { startHooks } from './hooks.ts';

/** A control plane with everything installed. The service has these decision flags, and a process of its own. */
export function startStage(flags: readonly string[]) {
  return startAround(() => startHooks(flags), { strategy: 'server-side-apply' });
}

export type Stage = Awaited<ReturnType<typeof startStage>>;
