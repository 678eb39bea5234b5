import { isMap } from '../../../src/k8s/json-map.ts';

export type Path = readonly (string | number)[];

/** Values of wrong types, to replace other values. `ABSENT` removes the value. */
const ABSENT = Symbol('absent');
export const STRANGE: readonly unknown[] = [
  ABSENT,
  null,
  3,
  true,
  '',
  'text',
  [],
  [null],
  ['text'],
  [{}],
  [[]],
  {},
  { text: 3 },
  { text: null },
  { constructor: 'text' },
];

/** The paths of a value and of everything in it. */
export function placesIn(value: unknown, at: Path = []): Path[] {
  const below = Array.isArray(value)
    ? value.flatMap((item, index) => placesIn(item, [...at, index]))
    : isMap(value)
      ? Object.entries(value).flatMap(([key, item]) => placesIn(item, [...at, key]))
      : [];
  return [at, ...below];
}

/** A copy in which the value at this path is replaced by another one. */
export function spoiled<T>(value: T, [key, ...rest]: Path, strange: unknown): T {
  if (key === undefined) return strange as T;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<
    string | number,
    unknown
  >;
  if (rest.length > 0) copy[key] = spoiled(copy[key], rest, strange);
  else if (strange !== ABSENT) copy[key] = strange;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy as T;
}
