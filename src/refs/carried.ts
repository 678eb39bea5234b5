import type { RouteHeaders } from './names.ts';

/** Headers of a request in their order, repeated ones as they were sent. Names in any case. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * How a proxy compares a header that is repeated. Envoy before 1.39 joins the values by commas; since then each one counts by itself,
 * and a condition on the absence of a value holds only if it holds for all of them.
 * Source: `envoy.reloadable_features.match_headers_individually` in Envoy's release notes of 1.39; seen in both ways (test/mesh/refs).
 */
export type Repeated = 'joined' | 'each';

/** The values that one carrier has for each of the two names. */
export interface Carried {
  service: readonly string[];
  source: readonly string[];
}

/** The two headers themselves. */
export function fromHeaders(request: HeaderList, names: RouteHeaders, how: Repeated): Carried {
  return {
    service: headerValues(request, names.service, how),
    source: headerValues(request, names.source, how),
  };
}

/**
 * Members of `baggage`, with properties after `;` left out. Of percent-encodings only the colon's is read: encoders leave all other
 * characters of services and refs as they are. Keys are compared as written.
 * Source: https://www.w3.org/TR/baggage/#header-content
 */
export function fromBaggage(request: HeaderList, names: RouteHeaders): Carried {
  const [header = ''] = headerValues(request, 'baggage', 'joined');
  const members = header.split(',').map(nameAndValue);
  const values = (name: string) =>
    members.flatMap(([key, value = '']) =>
      key === name ? [withoutBlanks(value.split(';', 1)[0] ?? '')] : [],
    );
  return {
    service: values(names.service).map((value) => value.replace(/%3A/gi, ':')),
    source: values(names.source),
  };
}

/**
 * Cookies of the name of the source header; the value may be in quotation marks. A cookie carries no pairs.
 * Source: RFC 6265, 4.1.1 and 4.2.1
 */
export function fromCookie(request: HeaderList, names: RouteHeaders, how: Repeated): Carried {
  const headers = headerValues(request, 'cookie', how);
  const source = headers
    .flatMap((header) => header.split(';').map(nameAndValue))
    .flatMap(([name, value = '']) => (name === names.source ? [withoutQuotes(value)] : []));
  return { service: [], source };
}

/** Without blanks around a value, which are not part of it (RFC 9110, 5.5). */
function headerValues(request: HeaderList, name: string, how: Repeated): string[] {
  const values = request
    .filter(([key]) => key.toLowerCase() === name)
    .map(([, value]) => withoutBlanks(value));
  return how === 'joined' && values.length > 1 ? [values.join(',')] : values;
}

/** `[name, value]` of `name=value`; of a text without `=` only itself, which names nothing. */
function nameAndValue(text: string): [name?: string, value?: string] {
  const equals = text.indexOf('=');
  if (equals < 0) return [];
  return [withoutBlanks(text.slice(0, equals)), withoutBlanks(text.slice(equals + 1))];
}

/** Not `trim()`, which takes other characters, too. Not a regex, which takes quadratic time for blanks within. */
function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}

function withoutQuotes(value: string): string {
  const isQuoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  return isQuoted ? value.slice(1, -1) : value;
}
