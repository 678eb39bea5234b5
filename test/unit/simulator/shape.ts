import { isMap } from '../../../src/simulator/object.ts';

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Below these paths, keys are names of objects. */
const NAMED = /^(children|related|attachments)\.[^.]+\.[^/]+\/v[0-9a-z]+$/;

function step(path: string, key: string): string {
  if (path === '') return key;
  if (NAMED.test(path)) return `${path}.${key.replace(/[^/]+/g, '*')}`;
  return `${path}.${key.length < 36 ? key : key.replace(UID, '*')}`;
}

/** All paths of keys in a JSON value, without list positions and names of objects. */
export function keyPaths(value: unknown, path = '', found = new Set<string>()): Set<string> {
  if (path !== '') found.add(path);
  if (Array.isArray(value)) {
    for (const item of value) keyPaths(item, `${path}[]`, found);
  } else if (isMap(value) && !path.endsWith('.fieldsV1')) {
    for (const [key, member] of Object.entries(value)) keyPaths(member, step(path, key), found);
  }
  return found;
}

/** The keys at all depths, as text. Two values with the same structure have the same text. */
export function shapeOf(value: unknown): string {
  return [...keyPaths(value)].sort().join('\n');
}
