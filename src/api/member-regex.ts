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
  const value = escaped(exact);
  return `^(?:.*;)?${BLANKS}${escaped(name)}=(?:${value}|"${value}")${BLANKS}(?:;.*)?$`;
}

/** `key=value` among others, separated by commas, with properties behind semicolons (W3C Baggage, 3.2.1). */
function baggageMember({ key, exact }: NonNullable<IstioMatch['baggage']>): string {
  const value = [...exact].map(encodable).join('');
  const end = `${BLANKS}(?:[;,].*)?`;
  return `^(?:.*,)?${BLANKS}${escaped(key)}${BLANKS}=${BLANKS}${value}${end}$`;
}

/** Letters, digits and these are never percent-encoded (RFC 3986, 2.3). */
const UNRESERVED = /^[0-9A-Za-z._~-]$/;
/** Characters that a member's value must not contain as they are: a space and `"`, `,`, `;`, `\`, `%`. */
const ENCODED_ONLY = /^[ ",;\\%]$/;

/** A character as it is, or percent-encoded where libraries differ. */
function encodable(char: string): string {
  if (UNRESERVED.test(char)) return escaped(char);
  const code = char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  const encoded = `%${[...code].map((digit) => (/[A-F]/.test(digit) ? `[${digit}${digit.toLowerCase()}]` : digit)).join('')}`;
  return ENCODED_ONLY.test(char) ? encoded : `(?:${escaped(char)}|${encoded})`;
}

function escaped(text: string): string {
  return text.replace(/[\\.+*?()[\]{}|^$]/g, '\\$&');
}
