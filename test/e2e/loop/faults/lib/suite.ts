import { test } from '@jest/globals';
import type { ApplyStrategy } from '../../../../../src/simulator/metacontroller/controller.ts';
import { foreignKubeconfig } from '../../../lib/foreign.ts';
import { metacontrollerProgram } from '../../../lib/system.ts';
import { type ObservedSystem, startObserved } from './fault-case.ts';

export const LIMIT_MS = 300_000;

type Run = (name: string, run: () => Promise<void>) => void;

/** Without METACONTROLLER_BIN every test is skipped, which the closing count shows; a foreign cluster is not broken. */
const isSkipped = metacontrollerProgram() === undefined || foreignKubeconfig() !== undefined;

/** A test of its own time. */
export const oneByOne: Run = (name, run) =>
  isSkipped ? test.skip(name, run) : test(name, run, LIMIT_MS);

/** A test that disturbs no other; begins before all that are one by one, as soon as there is a lane. */
export const sideBySide: Run = (name, run) =>
  isSkipped ? test.skip(name, run) : test.concurrent(name, run, LIMIT_MS);

export type LazyTheatre = ReturnType<typeof lazyTheatre>;

/** One observed system for all tests of a file, started by the first test that needs it. */
export function lazyTheatre(strategy: ApplyStrategy) {
  let opening: Promise<ObservedSystem> | undefined;
  return {
    get: (): Promise<ObservedSystem> => {
      opening ??= startObserved({ strategy });
      return opening;
    },
    close: async (): Promise<void> => {
      await (await opening?.catch(() => undefined))?.stop();
    },
  };
}
