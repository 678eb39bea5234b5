import { covers, type HeaderAndSourceMatch } from './cover.ts';
import { headerKey } from './header-name.ts';
import { matchesString, type StringCondition, stringCondition } from './string-match.ts';

/** A list of matches in which the first one that covers a given match is found without comparing all of them. */
export interface CoverIndex<T> {
  add(match: HeaderAndSourceMatch, item: T): void;
  /** The first added item that is accepted and whose match covers this one. */
  first(match: HeaderAndSourceMatch, isAccepted: (item: T) => boolean): T | undefined;
}

interface Entry<T> {
  match: HeaderAndSourceMatch;
  item: T;
  place: number;
}

/** One condition of a match, on a header or on a label of the caller. A label is always compared with `exact`. */
interface Condition {
  /** Which header or label. */
  on: string;
  condition: StringCondition;
}

/**
 * The matches that are filed under conditions on one header or label, separated by the kind and value of that
 * condition.
 */
interface Bucket<T> {
  present: Entry<T>[];
  exact: Map<string, Entry<T>[]>;
  prefix: Map<string, Entry<T>[]>;
  regex: Map<string, Entry<T>[]>;
  /** The lengths of the keys of `prefix`. */
  lengths: Set<number>;
}

/**
 * Every match is filed in one list only: that of its rarest condition.
 * A match covers another only if each of its conditions is implied by a condition of the other (see `covers`). So it is
 * found in the lists of conditions that the other's conditions imply.
 * It also has conditions on at most as many headers and labels as the other. So the lists are separated by that number
 * (`width`).
 */
export function createCoverIndex<T>(): CoverIndex<T> {
  /** Matches without a condition. */
  const open: Entry<T>[] = [];
  /** By header or label, and by width. Few widths occur, even where a match has many conditions. */
  const buckets = new Map<string, Map<number, Bucket<T>>>();
  let count = 0;
  /** A match is mostly looked up and then added. */
  let last: { match: HeaderAndSourceMatch; conditions: Conditions } | undefined;
  const conditionsFor = (match: HeaderAndSourceMatch): Conditions => {
    if (last?.match !== match) last = { match, conditions: conditionsOf(match) };
    return last.conditions;
  };

  const listsFor = ({ all, width: most }: Conditions): (readonly Entry<T>[])[] => {
    const found: (readonly Entry<T>[])[] = [open];
    for (const { on, condition } of all) {
      for (const [width, bucket] of buckets.get(on) ?? []) {
        if (width <= most) found.push(...impliedLists(bucket, condition));
      }
    }
    return found;
  };

  return {
    add: (match, item) => {
      const { all, width } = conditionsFor(match);
      const lists = all.map(({ on, condition }) =>
        listOf(added(added(buckets, on, newWidths), width, emptyBucket), condition),
      );
      const rarest = lists.reduce((a, b) => (b.length < a.length ? b : a), lists[0] ?? open);
      rarest.push({ match, item, place: count });
      count += 1;
    },
    first: (match, isAccepted) => {
      let found: Entry<T> | undefined;
      for (const list of listsFor(conditionsFor(match))) {
        const best = list.find(
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

function emptyBucket<T>(): Bucket<T> {
  return {
    present: [],
    exact: new Map(),
    prefix: new Map(),
    regex: new Map(),
    lengths: new Set(),
  };
}

/** The list of one condition. It is created when it does not exist. */
function listOf<T>(bucket: Bucket<T>, condition: StringCondition): Entry<T>[] {
  if (condition.kind === 'present') return bucket.present;
  if (condition.kind === 'prefix') bucket.lengths.add(condition.value.length);
  return added(bucket[condition.kind], condition.value, () => []);
}

/** The lists of all conditions that this one implies. */
function impliedLists<T>(
  { present, exact, prefix, regex, lengths }: Bucket<T>,
  condition: StringCondition,
): (readonly Entry<T>[])[] {
  if (condition.kind === 'present') return [present];
  const { kind, value } = condition;
  if (kind === 'regex') return [present, regex.get(value) ?? []];
  const found = [present];
  for (const length of lengths) {
    if (length <= value.length) found.push(prefix.get(value.slice(0, length)) ?? []);
  }
  if (kind === 'prefix') return found;
  found.push(exact.get(value) ?? []);
  for (const [pattern, list] of regex) {
    if (matchesString({ regex: pattern }, value)) found.push(list);
  }
  return found;
}

/** All conditions of a match. `width`: on how many different headers and labels. It may name one header in two spellings. */
interface Conditions {
  all: readonly Condition[];
  width: number;
}

/** Those of matches that are kept from call to call. */
const kept = new WeakMap<HeaderAndSourceMatch, Conditions>();

/** The same match will be compared in many calls, and never changes: its conditions are read only once. */
export function keepConditions(match: HeaderAndSourceMatch): HeaderAndSourceMatch {
  kept.set(match, readConditions(match));
  return match;
}

function conditionsOf(match: HeaderAndSourceMatch): Conditions {
  return kept.get(match) ?? readConditions(match);
}

function readConditions({ headers = {}, sourceLabels = {} }: HeaderAndSourceMatch): Conditions {
  const found: Condition[] = [];
  for (const [name, match] of Object.entries(headers)) {
    found.push({ on: `header ${headerKey(name)}`, condition: stringCondition(match) });
  }
  for (const [key, value] of Object.entries(sourceLabels)) {
    found.push({ on: `label ${key}`, condition: { kind: 'exact', value } });
  }
  const width = found.length < 2 ? found.length : new Set(found.map(({ on }) => on)).size;
  return { all: found, width };
}

function newWidths<T>(): Map<number, Bucket<T>> {
  return new Map();
}

function added<K, V>(map: Map<K, V>, key: K, fresh: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = fresh();
  map.set(key, value);
  return value;
}
