import { headerTexts, MALFORMED, withoutBlanks } from '../decision/header-text.ts';
import type { RouteNames } from '../decision/names.ts';
import type { MessageHeaders } from '../decision/types.ts';
import type { RouteHeaders } from './store.ts';

/** Visible ASCII and blanks: what may be the value of an HTTP header whatever the client's checks are. */
const SENDABLE = /^[\t\x20-\x7e]+$/;

/**
 * The headers that select refs, as they can be sent on: the two headers, else of `baggage` our two members, if it is read. A header that no
 * HTTP client would send must not make a handler's requests fail, but it decides, and so it must not be missing: another value that names
 * nothing takes its place. For the same reason members of `baggage` do not go with a header.
 */
export function routeHeadersOf(headers: MessageHeaders, names: RouteNames): RouteHeaders {
  const { service, source, readsBaggage } = names;
  const texts = headerTexts(headers, [service, source, ...(readsBaggage ? ['baggage'] : [])]);
  const plain = [service, source].filter((name) => texts.has(name));
  if (plain.length > 0) {
    return Object.fromEntries(plain.map((name) => [name, sendable(texts.get(name) ?? '')]));
  }
  const members = ourMembers(texts.get('baggage') ?? '', names).join(',');
  return SENDABLE.test(members) ? { baggage: members } : {};
}

function sendable(text: string): string {
  return SENDABLE.test(text) ? text : MALFORMED;
}

/**
 * What the headers say under each of the two names, whether the header or the member of `baggage` says it. Members that contradict each
 * other are joined: such a value selects nothing, as they do.
 */
export function routeEntries(
  headers: RouteHeaders,
  names: RouteNames,
): ReadonlyMap<string, string> {
  const plain = [names.service, names.source].filter((name) => Object.hasOwn(headers, name));
  if (plain.length > 0) return new Map(plain.map((name) => [name, headers[name] ?? '']));
  const entries = new Map<string, string>();
  for (const member of ourMembers(headers['baggage'] ?? '', names)) {
    const equals = member.indexOf('=');
    const name = withoutBlanks(member.slice(0, equals));
    const text = withoutBlanks(member.slice(equals + 1).split(';', 1)[0] ?? '');
    const value = name === names.service ? text.replaceAll(/%3a/gi, ':') : text;
    const before = entries.get(name);
    entries.set(name, before === undefined || before === value ? value : `${before},${value}`);
  }
  return entries;
}

function ourMembers(baggage: string, { service, source }: RouteNames): string[] {
  return baggage
    .split(',')
    .map(withoutBlanks)
    .filter((member) => {
      const name = withoutBlanks(member.split('=', 1)[0] ?? '');
      return member.includes('=') && (name === service || name === source);
    });
}
