import { test } from '@jest/globals';
import type { ApplyStrategy } from '../../../../../src/simulator/metacontroller/controller.ts';
import { foreignKubeconfig } from '../../../lib/foreign.ts';
import { metacontrollerProgram } from '../../../lib/metacontroller.ts';
import { type ObservedSystem, startObserved } from './fault-case.ts';

export const LIMIT_MS = 300_000;

type Run = (name: string, run: () => Promise<void>) => void;

/**
 * All tests are skipped without METACONTROLLER_BIN, and on the cluster of E2E_KUBECONFIG, which they would damage.
 * Jest's summary counts the skipped tests.
 */
const isSkipped = metacontrollerProgram() === undefined || foreignKubeconfig() !== undefined;

/** A test during which no other test runs. */
export const oneByOne: Run = (name, run) =>
  isSkipped ? test.skip(name, run) : test(name, run, LIMIT_MS);

/** A test that may run in parallel with others. Jest starts these before the tests that run one by one. */
export const sideBySide: Run = (name, run) =>
  isSkipped ? test.skip(name, run) : test.concurrent(name, run, LIMIT_MS);

export type LazyTheatre = ReturnType<typeof lazyTheatre>;

/** One system for all tests of a file. The first test that calls `get` starts it. */
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
