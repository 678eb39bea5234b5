import { covers, type HeaderAndSourceMatch } from './cover.ts';
import { headerKey } from './header-name.ts';
import { matchesString, type StringCondition, stringCondition } from './string-match.ts';

/** Matches that were added one after the other, in which the first one that covers another is found without a search through all. */
export interface CoverIndex<T> {
  add(match: HeaderAndSourceMatch, item: T): void;
  /** Of the items added so far, the first one that is accepted and whose match covers this one. */
  first(match: HeaderAndSourceMatch, isAccepted: (item: T) => boolean): T | undefined;
}

interface Entry<T> {
  match: HeaderAndSourceMatch;
  item: T;
  place: number;
}

/** One condition of a match on a header or (always `exact`) a label of the caller. */
interface Condition {
  /** What it is a condition on. */
  on: string;
  condition: StringCondition;
}

/**
 * Every match stands in one list only: that of its rarest condition. One that covers another has no condition that the
 * other has nothing to imply by (see `covers`); so it is in a list of a condition that one of the other's implies. And it
 * does not have conditions on more things than the other: hence the lists are apart by that number.
 */
export function createCoverIndex<T>(): CoverIndex<T> {
  const lists = new Map<string, Entry<T>[]>();
  /** By number and thing: the lengths of the prefixes there are, and the regexes. */
  const lengths = new Map<string, Set<number>>();
  const regexes = new Map<string, Set<string>>();
  let count = 0;

  const listsAt = (width: number, { on, condition }: Condition): (Entry<T>[] | undefined)[] => {
    const at = `${width} ${on}`;
    const present = lists.get(listKey(at, { kind: 'present' }));
    if (condition.kind === 'present') return [present];
    const { kind, value } = condition;
    const same = lists.get(listKey(at, condition));
    if (kind === 'regex') return [present, same];
    const prefixes = [...(lengths.get(at) ?? [])]
      .filter((length) => length <= value.length)
      .map((length) => lists.get(listKey(at, { kind: 'prefix', value: value.slice(0, length) })));
    if (kind === 'prefix') return [present, ...prefixes];
    const patterns = [...(regexes.get(at) ?? [])]
      .filter((regex) => matchesString({ regex }, value))
      .map((regex) => lists.get(listKey(at, { kind: 'regex', value: regex })));
    return [present, same, ...prefixes, ...patterns];
  };

  const listsFor = (all: readonly Condition[]): (Entry<T>[] | undefined)[] => {
    const found = [lists.get('')];
    const most = widthOf(all);
    for (let width = 1; width <= most; width += 1) {
      for (const one of all) found.push(...listsAt(width, one));
    }
    return found;
  };

  return {
    add: (match, item) => {
      const all = conditionsOf(match);
      const width = widthOf(all);
      const keys = all.map(({ on, condition }) => listKey(`${width} ${on}`, condition));
      const size = (key: string) => lists.get(key)?.length ?? 0;
      const rarest = keys.reduce((a, b) => (size(b) < size(a) ? b : a), keys[0] ?? '');
      add(lists, rarest, []).push({ match, item, place: count });
      count += 1;
      for (const { on, condition } of all) {
        const at = `${width} ${on}`;
        if (condition.kind === 'prefix') add(lengths, at, new Set()).add(condition.value.length);
        if (condition.kind === 'regex') add(regexes, at, new Set()).add(condition.value);
      }
    },
    first: (match, isAccepted) => {
      let found: Entry<T> | undefined;
      for (const list of listsFor(conditionsOf(match))) {
        const best = list?.find(
          (entry) =>
            entry.place >= (found?.place ?? Number.POSITIVE_INFINITY) ||
            (isAccepted(entry.item) && covers(entry.match, match)),
        );
        if (best !== undefined && best.place < (found?.place ?? Number.POSITIVE_INFINITY)) {
          found = best;
        }
      }
      return found?.item;
    },
  };
}

function conditionsOf({ headers = {}, sourceLabels = {} }: HeaderAndSourceMatch): Condition[] {
  return [
    ...Object.entries(headers).map(([name, match]) => ({
      on: `header ${headerKey(name)}`,
      condition: stringCondition(match),
    })),
    ...Object.entries(sourceLabels).map(([key, value]) => ({
      on: `label ${key}`,
      condition: { kind: 'exact' as const, value },
    })),
  ];
}

/** On how many different things; one header may be named in two spellings. */
function widthOf(conditions: readonly Condition[]): number {
  return new Set(conditions.map(({ on }) => on)).size;
}

function listKey(at: string, condition: StringCondition): string {
  return condition.kind === 'present'
    ? `${at} present`
    : `${at} ${condition.kind} ${condition.value}`;
}

function add<V>(map: Map<string, V>, key: string, fresh: V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, fresh);
  return fresh;
}
