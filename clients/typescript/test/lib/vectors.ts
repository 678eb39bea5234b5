import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A file of clients/vectors. Its README describes the fields. */
export function vectors<T>(name: string): T {
  const file = new URL(`../../../vectors/${name}`, import.meta.url);
  return parse(readFileSync(file, 'utf8')) as T;
}
