import { type Ends, endsReader, runsAfter } from './pattern-ends.ts';
import type { Part } from './pattern-tree.ts';

/** Where the value stands. `after`: may a character follow that continues it? See `Ends`. */
interface Around {
  after: boolean;
  /** May any number of characters precede it that it would continue? */
  runsBefore: boolean;
}

type EndsOf = (part: Part) => Ends;

/**
 * Why a pattern would take a value for another one, so that a request would reach the pods of somebody else's version;
 * undefined when it takes each value for what it is.
 */
export function borderProblem(tree: Part, splitter: string): string | undefined {
  const endsOf = endsReader(splitter);
  if (!endsOf(tree).hasValue) {
    return 'matches texts without a version: let the placeholder stand in each alternative, and make it not optional';
  }
  const { after, runsBefore } = around(tree, { after: false, runsBefore: false }, endsOf);
  if (after) {
    return 'does not say where the version ends, so "proj-ab" could be taken for "proj-abc": let another character than those of labels follow the placeholder, as in (@)(;.*)?';
  }
  return runsBefore
    ? 'does not say where the version begins, so "b" could be taken for "a-b": let a character precede the placeholder that is neither one of labels nor the splitter, as in (.*;)?(@)'
    : undefined;
}

/** What surrounds any of the placeholders in a part that itself stands in these surroundings. */
function around(part: Part, outer: Around, endsOf: EndsOf): Around {
  switch (part.kind) {
    case 'value':
      return outer;
    case 'character':
      return { after: false, runsBefore: false };
    case 'choice':
      return merged(part.parts.map((one) => around(one, outer, endsOf)));
    case 'repeat': {
      const { startContinues, endRuns } = endsOf(part.part);
      const isAgain = part.max > 1;
      const after = outer.after || (isAgain && startContinues);
      const runsBefore = outer.runsBefore || (isAgain && endRuns);
      return around(part.part, { after, runsBefore }, endsOf);
    }
    case 'sequence':
      return aroundInSequence(part.parts, outer, endsOf);
  }
}

function aroundInSequence(parts: readonly Part[], outer: Around, endsOf: EndsOf): Around {
  const ends = parts.map(endsOf);
  const after: boolean[] = [];
  for (let i = parts.length - 1, next = outer.after; i >= 0; i -= 1) {
    after[i] = next;
    const { startContinues, isMaybeEmpty } = ends[i] as Ends;
    next = startContinues || (isMaybeEmpty && next);
  }
  let runsBefore = outer.runsBefore;
  return merged(
    parts.map((part, i) => {
      const found = around(part, { after: after[i] ?? false, runsBefore }, endsOf);
      runsBefore = runsAfter(ends[i] as Ends, runsBefore);
      return found;
    }),
  );
}

function merged(all: readonly Around[]): Around {
  return {
    after: all.some(({ after }) => after),
    runsBefore: all.some(({ runsBefore }) => runsBefore),
  };
}
