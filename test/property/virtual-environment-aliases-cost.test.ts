import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aliasConditions } from '../../src/kinds/virtual-environment/alias.ts';
import { executedSteps } from '../support/executed-steps.ts';

/** The API server stores no longer pattern. */
const MAX_PATTERN = 512;
/** Maximum number of executed code blocks for each character of a pattern. */
const STEPS_PER_CHARACTER = 200;

const steps = executedSteps();

/** What stands within groups; `;` is no character of labels. */
const ATOMS = ['\\;', ';', '[;,]', '[^a]', '[\\;!]', '\\d', '\\x3b', '.', 'x', '(?i:x)', '(@)'];
const REPEATS = ['', '*', '+?', '{0,2}', '?'];
const shape = fc.record({
  depth: fc.nat({ max: 31 }),
  opening: fc.constantFrom('(', '(?:', '(;|', '(?:x|[;]|'),
  closing: fc.constantFrom(')', ')?', '|;)', '|(@))', '){1}'),
  atoms: fc.array(fc.tuple(fc.constantFrom(...ATOMS), fc.constantFrom(...REPEATS)), {
    minLength: 1,
    maxLength: 6,
  }),
  place: fc.constantFrom('before', 'after'),
});

function patternOf({
  depth,
  opening,
  closing,
  atoms,
  place,
}: typeof shape extends fc.Arbitrary<infer T> ? T : never): string {
  const text = atoms.map((atom) => atom.join('')).join('');
  const groups = opening.length + closing.length;
  const levels = Math.min(depth, Math.floor((MAX_PATTERN - 100) / groups));
  const times = Math.floor((MAX_PATTERN - 5 - levels * groups) / text.length);
  const filling = text.repeat(times);
  const inner = place === 'before' ? `${filling};(@)` : `(@);${filling}`;
  return opening.repeat(levels) + inner + closing.repeat(levels);
}

it('the executed steps for an alias are limited by the length of its pattern, whatever its structure', () => {
  let most = 0;
  fc.assert(
    fc.property(shape, (one) => {
      const pattern = patternOf(one);
      steps();
      aliasConditions({ name: 'x-alias', pattern, placeholder: '(@)' }, ['dev'], '.');
      const taken = steps() / pattern.length;
      most = Math.max(most, taken);
      expect([pattern, taken < STEPS_PER_CHARACTER]).toEqual([pattern, true]);
    }),
    { numRuns: 500 },
  );
  // Checks that the counter works.
  expect(most).toBeGreaterThan(1);
});
