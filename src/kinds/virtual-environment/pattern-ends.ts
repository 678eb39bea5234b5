import { regexVerdict } from '../../istio/compiled-regexes.ts';
import type { Part } from './pattern-tree.ts';

const LABEL_CHARACTERS = '-_.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** What a part may begin and end with. */
export interface Ends {
  isMaybeEmpty: boolean;
  /** May it begin with a character that continues a value before it? A value followed by the splitter is an ancestor: no mistake. */
  startContinues: boolean;
  /** May it end with a character that continues a value after it? So does the splitter: what follows it is no version of its own. */
  endContinues: boolean;
  /** Does it end with such a character that may stand there any number of times? */
  endRuns: boolean;
  /** May it match such characters only, other than given letters and digits? Such a part hides no run before it. */
  isUnclear: boolean;
  /** Does every text that it matches have the value in it? */
  hasValue: boolean;
}

const VALUE_ENDS: Ends = {
  isMaybeEmpty: false,
  startContinues: true,
  endContinues: true,
  endRuns: true,
  isUnclear: false,
  hasValue: true,
};

/** Answers the ends of parts. Each part is looked at once, however deep it is: the groups around it ask again and again. */
export function endsReader(splitter: string): (part: Part) => Ends {
  const characterEnds = remembered((regex: string) => endsOfCharacter(regex, splitter));
  const endsOf = remembered((part: Part): Ends => {
    switch (part.kind) {
      case 'value':
        return VALUE_ENDS;
      case 'character':
        return characterEnds(part.regex);
      case 'choice':
        return endsOfChoice(part.parts.map(endsOf));
      case 'repeat':
        return endsOfRepeat(part, endsOf(part.part));
      case 'sequence':
        return endsOfSequence(part.parts.map(endsOf));
    }
  });
  return endsOf;
}

function remembered<K>(answer: (key: K) => Ends): (key: K) => Ends {
  const known = new Map<K, Ends>();
  return (key) => {
    const ends = known.get(key) ?? answer(key);
    known.set(key, ends);
    return ends;
  };
}

function endsOfCharacter(regex: string, splitter: string): Ends {
  const startContinues = mayMatch(regex, LABEL_CHARACTERS.replace(splitter, ''));
  const endContinues = startContinues || mayMatch(regex, splitter);
  const isGiven = GIVEN.test(regex) && !mayMatch(regex, splitter);
  return {
    isMaybeEmpty: false,
    startContinues,
    endContinues,
    endRuns: false,
    isUnclear: endContinues && !isGiven,
    hasValue: false,
  };
}

/** A letter, also in upper and lower case, or a digit. */
const GIVEN = /^(?:[A-Za-z0-9]|\(\?i:[A-Za-z0-9]\))$/;

/** May the expression of one character match one of these? One call of the regex engine for all of them. */
function mayMatch(regex: string, characters: string): boolean {
  const literal = /^(?:\\?([^\w.\\[])|(\w))$/.exec(regex);
  if (literal !== null) return characters.includes(literal[1] ?? literal[2] ?? '');
  return regexVerdict(`.*${regex}.*`, characters, Number.POSITIVE_INFINITY) !== false;
}

function endsOfChoice(all: readonly Ends[]): Ends {
  return {
    isMaybeEmpty: all.some(({ isMaybeEmpty }) => isMaybeEmpty),
    startContinues: all.some(({ startContinues }) => startContinues),
    endContinues: all.some(({ endContinues }) => endContinues),
    endRuns: all.some(({ endRuns }) => endRuns),
    isUnclear: all.some(({ isUnclear }) => isUnclear),
    hasValue: all.every(({ hasValue }) => hasValue),
  };
}

function endsOfRepeat({ min, max }: { min: number; max: number }, inner: Ends): Ends {
  return {
    ...inner,
    isMaybeEmpty: min === 0 || inner.isMaybeEmpty,
    endRuns: inner.endRuns || (max > 1 && max !== min && inner.endContinues),
    hasValue: min > 0 && inner.hasValue,
  };
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
export function runsAfter({ endRuns, isMaybeEmpty, isUnclear }: Ends, runs: boolean): boolean {
  return endRuns || ((isMaybeEmpty || isUnclear) && runs);
}
