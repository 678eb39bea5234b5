import type { Random } from './random.ts';

type Container = Record<string | number, unknown>;

/** The place of a value: a list or map, and the key in it. */
interface Place {
  within: Container;
  key: string | number;
}

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  'a/b',
  'é',
  '\u0000',
  '*',
];
const TEXTS = [
  '',
  ' ',
  '*',
  '.',
  '..',
  'é',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  '%',
  '%s',
  '[',
  '(',
  '{{.}}',
  'a'.repeat(300),
  'A',
  'true',
  'null',
  '-1',
  '1e999',
  '2026-13-45T99:99:99Z',
  '9999-12-31T23:59:59Z',
  '*.shop.svc.cluster.local',
  'svc/x',
  'a\nb',
];
const NUMBERS = [0, -1, 1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, Number.MAX_SAFE_INTEGER];

/** A copy of the body with one to three changes. */
export function mutated(body: unknown, random: Random): unknown {
  const copy = structuredClone(body);
  const count = 1 + random.below(3);
  for (let at = 0; at < count; at += 1) change(copy, random);
  return copy;
}

const CHANGES: readonly ((place: Place, random: Random, places: readonly Place[]) => void)[] = [
  ({ within, key }) => remove(within, key),
  ({ within, key }) => set(within, key, null),
  ({ within, key }, random) => set(within, key, otherType(within[key], random)),
  ({ within, key }, random) => set(within, key, random.pick(TEXTS)),
  ({ within, key }, random) => set(within, key, random.pick(NUMBERS)),
  ({ within, key }, random) => duplicate(within, key, random),
  ({ within, key }, random, places) => swap(within, key, random.pick(places)),
  ({ within, key }, random) => rename(within, key, random.pick(NAMES)),
  ({ within, key }) => rename(within, key, `${key}`.toUpperCase()),
  ({ within, key }) => set(within, key, emptied(within[key])),
  ({ within, key }, random) => set(within, key, deep(random.below(60))),
  ({ within, key }, random) => set(within, key, wide(within[key], random)),
  ({ within, key }, random) => add(within[key], random),
];

function change(body: unknown, random: Random): void {
  const places = placesIn(body);
  if (places.length > 0) random.pick(CHANGES)(random.pick(places), random, places);
}

/** The places of all values in the body, up to about 5,000. */
function placesIn(body: unknown): Place[] {
  const places: Place[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || places.length > 5000) return;
    const within = value as Container;
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
      places.push({ within, key });
      walk(within[key]);
    }
  };
  walk(body);
  return places;
}

/** Sets a key with `defineProperty`, because an assignment to `__proto__` would not create a key. */
function set(within: Container, key: string | number, value: unknown): void {
  Object.defineProperty(within, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function remove(within: Container, key: string | number): void {
  if (Array.isArray(within)) within.splice(Number(key), 1);
  else delete within[key];
}

function duplicate(within: Container, key: string | number, random: Random): void {
  if (Array.isArray(within)) within.push(structuredClone(within[Number(key)]));
  else set(within, `${key}${random.below(10)}`, structuredClone(within[key]));
}

function swap(within: Container, key: string | number, other: Place): void {
  const [one, two] = [structuredClone(within[key]), structuredClone(other.within[other.key])];
  set(within, key, two);
  set(other.within, other.key, one);
}

function rename(within: Container, key: string | number, name: string): void {
  if (Array.isArray(within)) return;
  const value = within[key];
  delete within[key];
  set(within, name, value);
}

function otherType(value: unknown, random: Random): unknown {
  return random.pick([
    [],
    {},
    [value],
    { value },
    'text',
    7,
    true,
    false,
    null,
    [null],
    { a: null },
  ]);
}

function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  if (typeof value === 'object' && value !== null) return {};
  return typeof value === 'string' ? '' : 0;
}

function deep(depth: number): unknown {
  let value: unknown = {};
  for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Characters: more than the service reads. Repeated again and again, a text would become longer than a string can be. */
const MOST_REPEATED = 2 ** 25;

/** A list or map that contains the same value many times, or a text that is repeated. */
function wide(value: unknown, random: Random): unknown {
  const count = random.pick([2, 20, 300]);
  if (typeof value === 'string')
    return value.repeat(Math.max(1, Math.min(count, MOST_REPEATED / value.length)));
  if (Array.isArray(value))
    return Array.from({ length: count }, () => value)
      .flat()
      .slice(0, 1000);
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, value]));
}

function add(value: unknown, random: Random): void {
  if (Array.isArray(value)) value.push(random.pick([null, {}, [], 'text', 7]));
  else if (typeof value === 'object' && value !== null) {
    set(
      value as Container,
      random.pick([...NAMES, 'unknown']),
      random.pick([null, {}, [], 'text', 7]),
    );
  }
}
