import { startAround } from '../../test/e2e/lib/system.ts';
import { startHooks } from './hooks.ts';

/** Starts a control plane with Metacontroller. The service runs as a separate process with these decision flags. */
export function startStage(flags: readonly string[]) {
  return startAround(() => startHooks(flags), { strategy: 'server-side-apply' });
}

export type Stage = Awaited<ReturnType<typeof startStage>>;
