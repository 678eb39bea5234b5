import { readFileSync } from 'node:fs';

/** What kubectl makes of it, as JSON; or it refuses it. */
export type Answer = { is: unknown } | { refused: true };

interface Recorded {
  /** What stands behind `value: ` in a ConfigMap's data. */
  values: [string, Answer][];
  /** Whole files; `is`: name and `data.value` of each ConfigMap in it. */
  files: [string, Answer][];
}

/** kubectl's own answers; the door suite asks a real one again. */
export const KUBECTL_READS: Recorded = JSON.parse(
  readFileSync(new URL('../fixtures/kubectl/reads.json', import.meta.url), 'utf8'),
);

/** A ConfigMap in which the text is a value. */
export function configMapWith(value: string, name = 'a'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n  value: ${value}\n`;
}

export interface ConfigMap {
  metadata: { name: string };
  data?: { value?: unknown };
}

/** As in `files`. */
export function summaryOf(objects: readonly ConfigMap[]): unknown[] {
  return objects.map(({ metadata, data }) => [metadata.name, data?.value ?? null]);
}
