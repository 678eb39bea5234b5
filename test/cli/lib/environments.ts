import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';

const path = (name: string) =>
  fileURLToPath(new URL(`../../../examples/environments/${name}`, import.meta.url));

/** The folder of the example. */
export const MARKET = path('');
/** Its six components. */
export const COMPONENTS = ['server', 'storefront', 'orders', 'payments', 'shared'].map((name) =>
  path(`${name}.yaml`),
);
export const ENVIRONMENTS = path('environments.yaml');
export const POLINA = path('dynamicenv.yaml');

/** A copy of a file with other text, in this folder. */
export function changedFile(
  folder: string,
  file: string,
  ...changes: readonly (readonly [from: string, to: string])[]
): string {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  const copy = join(folder, `${changes.length}-${file.split('/').at(-1)}`);
  writeFileSync(copy, text);
  return copy;
}
