import { readFileSync } from 'node:fs';

/** The JSON value that kubectl reads from a text, or `refused` if kubectl reports an error. */
export type Answer = { is: unknown } | { refused: true };

interface Recorded {
  /** Each text is written after `value: ` in the data of a ConfigMap. */
  values: [string, Answer][];
  /** Whole files. `is` has the name and `data.value` of each ConfigMap in the file. */
  files: [string, Answer][];
}

/** Recorded answers of a real kubectl. The suite on a real API server asks kubectl again and compares. */
export const KUBECTL_READS: Recorded = JSON.parse(
  readFileSync(new URL('../fixtures/kubectl/reads.json', import.meta.url), 'utf8'),
);

/** A ConfigMap with this text as a value. */
export function configMapWith(value: string, name = 'a'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n  value: ${value}\n`;
}

export interface ConfigMap {
  metadata: { name: string };
  data?: { value?: unknown };
}

/** Name and `data.value` of each ConfigMap, in the format of `files`. */
export function summaryOf(objects: readonly ConfigMap[]): unknown[] {
  return objects.map(({ metadata, data }) => [metadata.name, data?.value ?? null]);
}
