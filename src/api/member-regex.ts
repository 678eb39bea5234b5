import { escapedRegex } from '../istio/regex-text.ts';
import type { StringMatch } from '../istio/types.ts';
import type { IstioMatch } from './dynamicenv.ts';

const BLANKS = '[ \\t]*';

/**
 * A match's conditions on a cookie and on a member of `baggage`, as regexes for the two headers. Each matches the whole value of the
 * header, byte by byte, and consists of printable ASCII.
 */
export function memberRegexes({
  cookie,
  baggage,
}: Pick<IstioMatch, 'cookie' | 'baggage'>): Record<string, StringMatch> {
  return {
    ...(baggage === undefined ? {} : { baggage: { regex: baggageMember(baggage) } }),
    ...(cookie === undefined ? {} : { cookie: { regex: cookiePair(cookie) } }),
  };
}

/**
 * `name=value` among others, separated by semicolons (RFC 6265, 4.2.1). The value may be quoted. Cookies have no common encoding: the
 * value is compared as it is sent.
 */
function cookiePair({ name, exact }: NonNullable<IstioMatch['cookie']>): string {
  const value = escapedRegex(exact);
  return `^(?:.*;)?${BLANKS}${escapedRegex(name)}=(?:${value}|"${value}")${BLANKS}(?:;.*)?$`;
}

/** `key=value` among others, separated by commas, with properties behind semicolons (W3C Baggage, 3.2.1). */
function baggageMember({ key, exact }: NonNullable<IstioMatch['baggage']>): string {
  let value = '';
  for (const char of exact) value += ENCODABLE.get(char) ?? encodable(char);
  const end = `${BLANKS}(?:[;,].*)?`;
  return `^(?:.*,)?${BLANKS}${escapedRegex(key)}${BLANKS}=${BLANKS}${value}${end}$`;
}

/** Letters, digits and these are never percent-encoded (RFC 3986, 2.3). */
const UNRESERVED = /^[0-9A-Za-z._~-]$/;
/** Characters that a member's value must not contain as they are: a space and `"`, `,`, `;`, `\`, `%`. */
const ENCODED_ONLY = /^[ ",;\\%]$/;

/** A character as it is, or percent-encoded where libraries differ. */
function encodable(char: string): string {
  if (UNRESERVED.test(char)) return escapedRegex(char);
  const code = char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  const encoded = `%${[...code].map((digit) => (/[A-F]/.test(digit) ? `[${digit}${digit.toLowerCase()}]` : digit)).join('')}`;
  return ENCODED_ONLY.test(char) ? encoded : `(?:${escapedRegex(char)}|${encoded})`;
}

/** Each printable ASCII character, in a baggage member's value. */
const ENCODABLE: ReadonlyMap<string, string> = new Map(
  Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).map((char) => [
    char,
    encodable(char),
  ]),
);
/** Most bytes of JSON of one regex beside its texts. */
const BESIDE_TEXTS = 96;
/** Most bytes of JSON that one character becomes, if it is not printable ASCII. */
const MOST_OTHER = 20;

/** Several estimates ask for the same match. A number holds no match in memory. */
const knownBytes = new WeakMap<object, number>();

/**
 * About how many bytes of JSON `memberRegexes` has, and not less, without making them: thousands of matches may ask before it is known
 * that there is no room for them.
 */
export function memberBytes(match: Pick<IstioMatch, 'cookie' | 'baggage'>): number {
  const { cookie, baggage } = match;
  if (cookie === undefined && baggage === undefined) return 0;
  const before = knownBytes.get(match);
  if (before !== undefined) return before;
  const ofCookie = cookie
    ? BESIDE_TEXTS + bytesBy(ESCAPED, cookie.name) + 2 * bytesBy(ESCAPED, cookie.exact)
    : 0;
  const ofBaggage = baggage
    ? BESIDE_TEXTS + bytesBy(ESCAPED, baggage.key) + bytesBy(ENCODED, baggage.exact)
    : 0;
  knownBytes.set(match, ofCookie + ofBaggage);
  return ofCookie + ofBaggage;
}

function bytesBy(bytesOf: Uint8Array, text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) bytes += bytesOf[text.charCodeAt(at)] ?? MOST_OTHER;
  return bytes;
}

/** Bytes of JSON by character code. */
const ESCAPED = bytesTable(escapedRegex);
const ENCODED = bytesTable((char) => ENCODABLE.get(char) ?? char);

function bytesTable(write: (char: string) => string): Uint8Array {
  return Uint8Array.from({ length: 127 }, (_, code) =>
    code < 32 ? MOST_OTHER : JSON.stringify(write(String.fromCharCode(code))).length - 2,
  );
}
