import { expect } from '@jest/globals';
import { until } from '../../../control-plane/poll.ts';
import { refuseWrites } from '../../../lib/write-faults.ts';
import {
  close,
  createEnv,
  deleteEnv,
  type FaultCase,
  gone,
  HEAL_SECONDS,
  heal,
  openCase,
  ready,
} from './fault-case.ts';
import { isRouted, look } from './sight.ts';
import { type LazyTheatre, oneByOne, sideBySide } from './suite.ts';
import { mergePatch, read } from './writes.ts';

const STALL_SECONDS = 120;

/**
 * Three tests with a VirtualService of which every write is refused. Each part takes up to two minutes, so other tests
 * run between them: `begin` deletes the env, `force` forces the removal, `end` checks that the routes left. The other
 * tests do not touch these namespaces.
 */
export function stallFaults(observed: LazyTheatre) {
  let faultCase: FaultCase;
  let lift: () => Promise<void>;
  let healing: Promise<void>;
  let isForced = false;
  return {
    begin: () =>
      sideBySide(
        'all writes of a VirtualService are refused while its env is deleted',
        async () => {
          // A forced removal deletes the clone although routes still lead to it.
          const isKnown = (problem: string) => isForced && problem.startsWith("the env's");
          faultCase = await openCase(await observed.get(), 'stalled', isKnown);
          await createEnv(faultCase);
          await ready(faultCase);
          const which = { kind: 'VirtualService', namespace: faultCase.env };
          lift = await refuseWrites(faultCase.observed.cluster, which);
          await deleteEnv(faultCase);
        },
      ),
    force: () =>
      oneByOne(
        'after two minutes the status names the VirtualService, and the removal can be forced',
        async () => {
          await until(STALL_SECONDS + HEAL_SECONDS, () => unnamed(faultCase));
          const { api, env } = faultCase;
          await faultCase.observed.history.caughtUp();
          isForced = true;
          const annotations = { 'riskified.com/force-removal': 'true' };
          await mergePatch(api, 'DynamicEnv', undefined, env, { metadata: { annotations } });
          const removed = until(HEAL_SECONDS, async () =>
            (await read(api, 'DynamicEnv', undefined, env)) ? 'the env is still there' : undefined,
          );
          await heal(faultCase, 'removal forced while a VirtualService refuses writes', removed);
          expect(isRouted(await look(api, env, env), env)).toBe(true);
          await lift();
          healing = heal(faultCase, 'VirtualService takes writes again', gone(faultCase));
          // The last test awaits it and reports its error.
          healing.catch(() => undefined);
        },
      ),
    end: () =>
      oneByOne(
        'when writes of the VirtualService are allowed again, its routes leave without help',
        async () => {
          await healing;
          await close(faultCase);
        },
      ),
  };
}

async function unnamed({ api, env }: FaultCase): Promise<string | undefined> {
  const conditions = (await look(api, env, env)).env?.status?.conditions ?? [];
  const { status, message = '' } = conditions.find(({ type }) => type === 'Stalled') ?? {};
  const isNamed = status === 'True' && message.includes(`${env}/backend`);
  return isNamed ? undefined : `Stalled is ${status}: ${message}`;
}
