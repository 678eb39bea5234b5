import { describe, expect, it } from '@jest/globals';
import { CONTROLS } from '../../support/messages/controls.ts';
import { complaints } from '../../support/messages/report.ts';
import { MODEL } from '../../support/messages/rules-of-the-spec.ts';
import { trial } from '../../support/messages/trial.ts';

/** Seeds are tried one after the other, so each control costs the same every time. */
const MOST_TRIALS = 1_000;
const TIMEOUT_MS = 600_000;

/** They show that the histories find losses, and that each part of the rules is needed. */
describe('messages are lost if', () => {
  it.each(Object.entries(CONTROLS))(
    '%s',
    (_, { changes, habits = {}, from = 0 }) => {
      const rules = { ...MODEL, ...changes };
      const end = from + MOST_TRIALS;
      let seed = from;
      while (seed < end && trial(seed, rules, { habits }).lost.length === 0) seed += 1;
      expect(seed).toBeLessThan(end);
      expect(complaints(seed, MODEL, { habits })).toBe('');
    },
    TIMEOUT_MS,
  );
});
