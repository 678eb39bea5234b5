import type { MessageHeaders } from './types.ts';

/**
 * The longest value that is read, in bytes: twice what W3C Baggage requires to be passed on. A repeated header counts as a whole. All
 * languages have the same limit, since the consumers of a message must agree.
 */
export const MAX_VALUE = 16_384;
/** Stands for a value that cannot be read: it names nothing, and is no ref and no list of pairs. */
export const MALFORMED = ',';

/** Not the default decoder, which replaces what is not UTF-8: two different values could become the same. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Values of the named headers, by lower-case name; a header that is absent is not in the map. Repeated headers are joined by commas, as
 * proxies do. A value that is not UTF-8, no text, or longer than 16 KiB is malformed. Costs one pass over the names; of other
 * headers no value is touched.
 */
export function headerTexts(
  headers: MessageHeaders,
  names: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, unknown[]>();
  for (const entry of entriesOf(headers)) {
    if (!Array.isArray(entry)) continue;
    const name = wantedName(entry[0], names);
    if (name === undefined) continue;
    const values = found.get(name) ?? [];
    found.set(name, values);
    // Not push(...values): an array may be longer than a call may have arguments.
    for (const value of Array.isArray(entry[1]) ? entry[1] : [entry[1]]) values.push(value);
  }
  return new Map([...found].map(([name, values]) => [name, joined(values)]));
}

function entriesOf(headers: MessageHeaders): Iterable<unknown> {
  if (headers === null || headers === undefined || typeof headers !== 'object') return [];
  return Symbol.iterator in headers
    ? (headers as Iterable<unknown>)
    : Object.entries(headers as object);
}

/** Lengths are compared first: a name may be as long as a message. */
function wantedName(name: unknown, names: readonly string[]): string | undefined {
  if (typeof name !== 'string' && !(name instanceof Uint8Array)) return undefined;
  if (!names.some(({ length }) => length === name.length)) return undefined;
  const text = (
    typeof name === 'string' ? name : Buffer.from(name).toString('latin1')
  ).toLowerCase();
  return names.includes(text) ? text : undefined;
}

function joined(values: readonly unknown[]): string {
  let bytes = values.length - 1;
  const texts: string[] = [];
  for (const value of values) {
    bytes += sizeOf(value);
    const text = bytes > MAX_VALUE ? undefined : textOf(value);
    if (text === undefined) return MALFORMED;
    texts.push(withoutBlanks(text));
  }
  return texts.join(',');
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.length : 0;
}

/** A header without a value is as good as an empty one: it is there. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return UTF8.decode(value);
  } catch {
    return undefined;
  }
}

/** Spaces and tabs only (RFC 9110, 5.5). Not a regex, which takes quadratic time for blanks within. */
export function withoutBlanks(text: string): string {
  return withoutAround(text, ' \t');
}

export function withoutAround(text: string, chars: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && chars.includes(text.charAt(start))) start += 1;
  while (end > start && chars.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
