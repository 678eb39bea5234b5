import type { HeaderList } from '../../refs/carried.ts';

/** Headers of a Kafka message, in their order. Names in any case; Kafka allows headers without a value. */
export type MessageHeaders = readonly (readonly [name: string, value: Uint8Array | null])[];

/** The longest value that consumers read, in bytes; of a repeated header the sum. clients/vectors/README.md has the rule. */
export const MAX_VALUE = 16_384;
/** Stands for a value that cannot be read: it is no ref and no list of pairs. */
const MALFORMED = ',';
/** Not the default decoder, which replaces what is not UTF-8: two different values could become the same. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One header, with all of its values. */
export interface ReadHeader {
  /** In lower case. */
  name: string;
  /** Joined by commas if it is repeated. */
  value: string;
  count: number;
  /** Why the value cannot be read: then it names nothing, but it is there. */
  problem?: string;
}

/** The named headers, in the order of the names; those that are absent are left out. */
export function readHeaders(headers: MessageHeaders, names: readonly string[]): ReadHeader[] {
  return names.flatMap((name) => {
    const values = headers.flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []));
    return values.length === 0 ? [] : [readHeader(name, values)];
  });
}

/** The same as consumers see them. */
export function asText(headers: readonly ReadHeader[]): HeaderList {
  return headers.map(({ name, value, problem }) => [name, problem ? MALFORMED : value] as const);
}

function readHeader(name: string, values: readonly (Uint8Array | null)[]): ReadHeader {
  const count = values.length;
  const bytes = values.reduce((sum, value) => sum + (value?.length ?? 0), count - 1);
  if (bytes > MAX_VALUE) {
    const problem = `has ${bytes} bytes, and consumers read ${MAX_VALUE}`;
    return { name, value: '', count, problem };
  }
  const texts = values.map((value) => decoded(value ?? new Uint8Array()));
  const value = texts.map((text) => withoutBlanks(text ?? '')).join(',');
  const isUtf8 = texts.every((text) => text !== undefined);
  return { name, value, count, ...(isUtf8 ? {} : { problem: 'is not UTF-8' }) };
}

function decoded(value: Uint8Array): string | undefined {
  try {
    return UTF8.decode(value);
  } catch {
    return undefined;
  }
}

/** Spaces and tabs only. Not a regex, which takes quadratic time for blanks within. */
function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ' \t'.includes(text[start] ?? '')) start += 1;
  while (end > start && ' \t'.includes(text[end - 1] ?? '')) end -= 1;
  return text.slice(start, end);
}
