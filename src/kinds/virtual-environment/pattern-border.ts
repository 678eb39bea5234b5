import { regexVerdict } from '../../istio/compiled-regexes.ts';
import type { Part } from './pattern-tree.ts';

const LABEL_CHARACTERS = '-_.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** What a part may begin and end with; `continues`: a character that could belong to the value, other than the splitter. */
interface Ends {
  isMaybeEmpty: boolean;
  startContinues: boolean;
  endContinues: boolean;
  /** Does it end with such a character that may stand there any number of times? */
  endRuns: boolean;
  /** May it match characters of labels only, other than given letters and digits? Such a part hides no run before it. */
  isUnclear: boolean;
  /** Does every text that it matches have the value in it? */
  hasValue: boolean;
}

/** Where the value stands. `after`: may a character follow that could belong to the value? */
interface Around {
  after: boolean;
  /** May any number of such characters precede the value? */
  runsBefore: boolean;
}

/**
 * Why a pattern would take a value for another one, so that a request would reach the pods of somebody else's version;
 * undefined when it takes each value for what it is.
 */
export function borderProblem(tree: Part, splitter: string): string | undefined {
  if (!endsOf(tree, splitter).hasValue) {
    return 'matches texts without a version: let the placeholder stand in each alternative, and make it not optional';
  }
  const { after, runsBefore } = around(tree, { after: false, runsBefore: false }, splitter);
  if (after) {
    return 'does not say where the version ends, so "proj-ab" could be taken for "proj-abc": let another character than those of labels follow the placeholder, as in (@)(;.*)?';
  }
  return runsBefore
    ? 'does not say where the version begins, so "b" could be taken for "a-b": let another character than those of labels precede the placeholder, as in (.*;)?(@)'
    : undefined;
}

/** What surrounds any of the placeholders in a part that itself stands in these surroundings. */
function around(part: Part, outer: Around, splitter: string): Around {
  switch (part.kind) {
    case 'value':
      return outer;
    case 'character':
      return { after: false, runsBefore: false };
    case 'choice':
      return merged(part.parts.map((one) => around(one, outer, splitter)));
    case 'repeat': {
      const { startContinues, endRuns } = endsOf(part.part, splitter);
      const isAgain = part.max > 1;
      const after = outer.after || (isAgain && startContinues);
      const runsBefore = outer.runsBefore || (isAgain && endRuns);
      return around(part.part, { after, runsBefore }, splitter);
    }
    case 'sequence':
      return aroundInSequence(part.parts, outer, splitter);
  }
}

function aroundInSequence(parts: readonly Part[], outer: Around, splitter: string): Around {
  const ends = parts.map((part) => endsOf(part, splitter));
  const after: boolean[] = [];
  for (let i = parts.length - 1, next = outer.after; i >= 0; i -= 1) {
    after[i] = next;
    const { startContinues, isMaybeEmpty } = ends[i] as Ends;
    next = startContinues || (isMaybeEmpty && next);
  }
  let runsBefore = outer.runsBefore;
  return merged(
    parts.map((part, i) => {
      const found = around(part, { after: after[i] ?? false, runsBefore }, splitter);
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

function endsOf(part: Part, splitter: string): Ends {
  switch (part.kind) {
    case 'value':
      return {
        isMaybeEmpty: false,
        startContinues: true,
        endContinues: true,
        endRuns: true,
        isUnclear: false,
        hasValue: true,
      };
    case 'character': {
      const continues = mayContinue(part.text, splitter);
      return {
        isMaybeEmpty: false,
        startContinues: continues,
        endContinues: continues,
        endRuns: false,
        isUnclear: continues && !/^[A-Za-z0-9]$/.test(part.text),
        hasValue: false,
      };
    }
    case 'choice': {
      const all = part.parts.map((one) => endsOf(one, splitter));
      return {
        isMaybeEmpty: all.some(({ isMaybeEmpty }) => isMaybeEmpty),
        startContinues: all.some(({ startContinues }) => startContinues),
        endContinues: all.some(({ endContinues }) => endContinues),
        endRuns: all.some(({ endRuns }) => endRuns),
        isUnclear: all.some(({ isUnclear }) => isUnclear),
        hasValue: all.every(({ hasValue }) => hasValue),
      };
    }
    case 'repeat': {
      const inner = endsOf(part.part, splitter);
      return {
        ...inner,
        isMaybeEmpty: part.min === 0 || inner.isMaybeEmpty,
        endRuns: inner.endRuns || (part.max > 1 && part.max !== part.min && inner.endContinues),
        hasValue: part.min > 0 && inner.hasValue,
      };
    }
    case 'sequence':
      return endsOfSequence(part.parts.map((one) => endsOf(one, splitter)));
  }
}

function endsOfSequence(all: readonly Ends[]): Ends {
  const upTo = (parts: readonly Ends[]) => {
    const end = parts.findIndex(({ isMaybeEmpty }) => !isMaybeEmpty);
    return end < 0 ? parts : parts.slice(0, end + 1);
  };
  const last = upTo([...all].reverse());
  return {
    isMaybeEmpty: all.every(({ isMaybeEmpty }) => isMaybeEmpty),
    startContinues: upTo(all).some(({ startContinues }) => startContinues),
    endContinues: last.some(({ endContinues }) => endContinues),
    endRuns: all.reduce((runs, part) => runsAfter(part, runs), false),
    isUnclear: all.every(({ isUnclear, isMaybeEmpty }) => isUnclear || isMaybeEmpty),
    hasValue: all.some(({ hasValue }) => hasValue),
  };
}

/** Does a run of such characters end after this part? `runs`: does one end before it? */
function runsAfter({ endRuns, isMaybeEmpty, isUnclear }: Ends, runs: boolean): boolean {
  return endRuns || ((isMaybeEmpty || isUnclear) && runs);
}

/** May the character be one of a value, other than the splitter? A value followed by the splitter is an ancestor: no mistake. */
function mayContinue(text: string, splitter: string): boolean {
  if (text.length === 1 && text !== '.')
    return text !== splitter && LABEL_CHARACTERS.includes(text);
  return [...LABEL_CHARACTERS].some(
    (character) =>
      character !== splitter && regexVerdict(text, character, Number.POSITIVE_INFINITY) !== false,
  );
}
