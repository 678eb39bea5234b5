import { escapedRegex } from '../istio/regex-text.ts';
import type { RouteHeaders } from './names.ts';
import type { ServiceRef } from './service-route.ts';

/**
 * Regexes that tell what `pick` tells, for RE2 on the bytes of a header's value; each matches the whole value. The anchors only say so
 * to readers.
 */

const BLANKS = '[ \\t]*';
/** As in service-route.ts. */
const SIDE = '[^%:,;\\s]+';
const COLON = ':';
const COLON_IN_BAGGAGE = '(?::|%3[Aa])';
/** A regex for "another ref" excludes this many characters without a nested group: that needs few bytes and few groups. */
const CHUNK = 8;

/** A pair: with no ref, of that service with any. */
type Pair = Pick<ServiceRef, 'service'> & Partial<ServiceRef>;

/** A well-formed list with that pair. */
export function headerListRegex(pair: Pair): string {
  return `^${listWith(pair, COLON)}$`;
}

/** The service with another ref, in a list that is well-formed or not. */
export function headerOtherPairRegex({ service, ref }: ServiceRef): string {
  return `^(?:.*::)?${escapedRegex(service)}:${otherInPair(ref)}.*$`;
}

/** Anything but the ref. */
export function headerOtherRefRegex(ref: string): string {
  return `^${otherRef(ref, '')}.*$`;
}

/** A member `x-service-route` with such a list. */
export function baggageListRegex(names: RouteHeaders, pair: Pair): string {
  return `^(?:.*,)?${memberWith(names, pair)}$`;
}

export function baggageOtherPairRegex(names: RouteHeaders, { service, ref }: ServiceRef): string {
  const colon = COLON_IN_BAGGAGE;
  const before = `(?:[^,;]*${colon}${colon}|${BLANKS})`;
  const pair = `${escapedRegex(service)}${colon}${otherInPair(ref)}`;
  return `^(?:.*,)?${named(names.service)}${before}${pair}.*$`;
}

/** A member `x-source-route` with that ref. */
export function baggageRefRegex({ source }: RouteHeaders, ref: string): string {
  return `^(?:.*,)?${named(source)}${BLANKS}${escapedRegex(ref)}${MEMBER_END}$`;
}

/** A member with a pair for the service, or one with another ref for everything. */
export function baggageOtherRefRegex(names: RouteHeaders, { service, ref }: ServiceRef): string {
  const other = `${named(names.source)}${otherRef(ref, ',;')}.*`;
  return `^(?:.*,)?(?:${memberWith(names, { service })}|${other})$`;
}

/** Any member of the two names. */
export function baggageAnyRegex({ service, source }: RouteHeaders): string {
  return `^(?:.*,)?(?:${named(service)}|${named(source)}).*$`;
}

export function cookieRegex({ source }: RouteHeaders, ref: string): string {
  const value = escapedRegex(ref);
  return `^(?:.*;)?${named(source)}${BLANKS}(?:${value}|"${value}")${BLANKS}(?:;.*)?$`;
}

export function cookieOtherRegex({ source }: RouteHeaders, ref: string): string {
  return `^(?:.*;)?${named(source)}${otherRef(ref, ';')}.*$`;
}

const MEMBER_END = `${BLANKS}(?:;[^,]*)?(?:,.*)?`;

function memberWith(names: RouteHeaders, pair: Pair): string {
  return `${named(names.service)}${BLANKS}${listWith(pair, COLON_IN_BAGGAGE)}${MEMBER_END}`;
}

function named(name: string): string {
  return `${BLANKS}${escapedRegex(name)}${BLANKS}=`;
}

function listWith({ service, ref }: Pair, colon: string): string {
  const other = `${SIDE}${colon}${SIDE}`;
  const own = `${escapedRegex(service)}${colon}${ref === undefined ? SIDE : escapedRegex(ref)}`;
  return `(?:${other}${colon}${colon})*${own}(?:${colon}${colon}${other})*`;
}

/** Behind the service's colon: what is not the ref up to the end of the pair. */
function otherInPair(ref: string): string {
  return `(?:${differing(ref, '', '[^:%,; \\t]')})`;
}

/** A value that is not the ref, whatever blanks and quotation marks are around it; `ends`: what ends a value. */
function otherRef(ref: string, ends: string): string {
  return `[" \\t]*(?:${differing(ref, '" \\t', `[" \\t]*[^" \\t${ends}]`)})`;
}

/**
 * The start of every text other than `text` plus an end. RE2 has no negation, so this lists the ways to differ: some first characters
 * of `text` and then another character or nothing; or all of `text` and then something that is no end (`more`). `notFirst`: characters
 * that cannot be the first one.
 */
function differing(text: string, notFirst: string, more: string): string {
  const chunk = text.slice(0, CHUNK);
  const rest = text.slice(CHUNK);
  const ways = [...chunk].map((char, at) => {
    const excluded = at === 0 ? notFirst : '';
    return `${escapedRegex(chunk.slice(0, at))}(?:[^${excluded}${char}]|$)`;
  });
  const all = rest === '' ? more : `(?:${differing(rest, '', more)})`;
  return [...ways, escapedRegex(chunk) + all].join('|');
}
