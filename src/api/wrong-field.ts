import { isMap } from '../k8s/json-map.ts';
import type { ListShape, MapShape, Shape } from './shape-check.ts';

export interface WrongShape {
  /** The path to the field. Numbers are indexes of list items. */
  path: readonly (string | number)[];
  /** `expected a list` and so on. */
  expected: string;
}

const ANY_MAP: Shape = { type: 'map' };

/**
 * The first field that is missing or has another type than the shape says; undefined: there is none, or with `areNullsUnset` only fields
 * that are null.
 */
export function findWrong(
  shape: Shape,
  value: unknown,
  areNullsUnset: boolean,
): WrongShape | undefined {
  if (shape.type === 'text') return typeof value === 'string' ? undefined : wrong(shape);
  if (shape.type === 'number') return typeof value === 'number' ? undefined : wrong(shape);
  if (shape.type === 'list') {
    return Array.isArray(value) ? wrongItem(shape, value, areNullsUnset) : wrong(shape);
  }
  if (!isMap(value)) return wrong(shape);
  const found = wrongMember(shape, value, areNullsUnset);
  return found === undefined && shape.values !== undefined
    ? wrongValue(shape.values, value, areNullsUnset)
    : found;
}

function wrong({ type }: Shape): WrongShape {
  return { path: [], expected: `expected a ${type}` };
}

function within(member: string | number, found: WrongShape): WrongShape {
  return { ...found, path: [member, ...found.path] };
}

function wrongItem(
  { items }: ListShape,
  list: readonly unknown[],
  areNullsUnset: boolean,
): WrongShape | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const found = findWrong(items, list[index], areNullsUnset);
    if (found !== undefined) return within(index, found);
  }
  return undefined;
}

/** None of the members' names exists on Object.prototype. */
function wrongMember(
  { members = [], needed = [] }: MapShape,
  map: Record<string, unknown>,
  areNullsUnset: boolean,
): WrongShape | undefined {
  for (const [name, shape] of members) {
    const value = map[name];
    if (value === undefined || (value === null && areNullsUnset)) continue;
    const found = findWrong(shape, value, areNullsUnset);
    if (found !== undefined) return within(name, found);
  }
  for (const name of needed) {
    if (map[name] !== undefined && map[name] !== null) continue;
    const [, shape = ANY_MAP] = members.find(([own]) => own === name) ?? [];
    return within(name, wrong(shape));
  }
  return undefined;
}

function wrongValue(
  values: Shape,
  map: Record<string, unknown>,
  areNullsUnset: boolean,
): WrongShape | undefined {
  for (const name in map) {
    const found = findWrong(values, map[name], areNullsUnset);
    if (found !== undefined) return within(name, found);
  }
  return undefined;
}
