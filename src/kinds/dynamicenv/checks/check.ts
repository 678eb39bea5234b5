import type { EnvInput } from '../gather.ts';

/** Why nothing can be decided now. All children stay as they are, and the status says why. */
export interface Blocker {
  /** CamelCase; the reason of every condition. */
  reason: string;
  /** What is wrong, and what to do. */
  messages: readonly string[];
  /** When decisions go on: "not checked until …". */
  until: string;
  /** The same as the message of the condition `Reconciling`. */
  waiting: string;
}

/** Undefined: nothing is wrong. */
export type Check = (input: EnvInput) => Blocker | undefined;
