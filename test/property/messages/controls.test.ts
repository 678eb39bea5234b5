import { describe, expect, it } from '@jest/globals';
import { CONTROLS } from '../../support/messages/controls.ts';
import { complaints } from '../../support/messages/report.ts';
import { MODEL } from '../../support/messages/spec.ts';
import { trial } from '../../support/messages/trial.ts';

/** Seeds are tried one after the other, so each control costs the same every time. */
const MOST_TRIALS = 1_000;
const TIMEOUT_MS = 600_000;

/** They show that the histories find losses, and that each part of the rules is needed. */
describe('messages are lost if', () => {
  it.each(Object.entries(CONTROLS))(
    '%s',
    (_, { changes, habits = {} }) => {
      const rules = { ...MODEL, ...changes };
      let seed = 0;
      while (seed < MOST_TRIALS && trial(seed, rules, { habits }).lost.length === 0) seed += 1;
      expect(seed).toBeLessThan(MOST_TRIALS);
      expect(complaints(seed, MODEL, { habits })).toBe('');
    },
    TIMEOUT_MS,
  );
});
