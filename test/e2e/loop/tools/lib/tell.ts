import { test } from '@jest/globals';
import { metacontrollerProgram } from '../../../lib/metacontroller.ts';
import type { Bench } from './bench.ts';
import { beginStory, type Story } from './story.ts';

const LIMIT_MS = 300_000;

/** Defines a test that runs in parallel with others. `env` is the name of its env and of its namespace. */
export type Tell = (name: string, env: string, story: (story: Story) => Promise<void>) => void;

export function teller(bench: Bench): Tell {
  return (name, env, story) => {
    if (metacontrollerProgram() === undefined) {
      test.skip(name, () => undefined);
      return;
    }
    test.concurrent(
      name,
      async () => {
        const begun = await beginStory(await bench.system(), env);
        try {
          await story(begun);
        } finally {
          begun.stop();
        }
      },
      LIMIT_MS,
    );
  };
}
