import { headerTexts, withoutBlanks } from '../decision/header-text.ts';
import type { RouteNames } from '../decision/names.ts';
import type { MessageHeaders } from '../decision/types.ts';
import type { RouteHeaders } from './store.ts';

/** Visible ASCII and blanks: what may be the value of an HTTP header whatever the client's checks are. */
const SENDABLE = /^[\t\x20-\x7e]+$/;

/**
 * The headers that select refs, as they can be sent on: the two headers, and of `baggage` our two members, if it is read. Values that no HTTP client
 * would send are left out: a message must not make a handler's requests fail.
 */
export function routeHeadersOf(headers: MessageHeaders, names: RouteNames): RouteHeaders {
  const { service, source, readsBaggage } = names;
  const texts = headerTexts(headers, [service, source, ...(readsBaggage ? ['baggage'] : [])]);
  const members = ourMembers(texts.get('baggage') ?? '', names);
  const found = [
    [service, texts.get(service) ?? ''],
    [source, texts.get(source) ?? ''],
    ['baggage', members.join(',')],
  ] as const;
  return Object.fromEntries(found.filter(([, value]) => SENDABLE.test(value)));
}

/** Name and value of each of the two in the headers, whether the header or the member of `baggage` has it. */
export function routeEntries(
  headers: RouteHeaders,
  names: RouteNames,
): readonly (readonly [name: string, value: string])[] {
  const plain = [names.service, names.source].filter((name) => Object.hasOwn(headers, name));
  if (plain.length > 0) return plain.map((name) => [name, headers[name] ?? '']);
  return ourMembers(headers['baggage'] ?? '', names).map((member) => {
    const [name = '', value = ''] = member.split(';', 1)[0]?.split('=', 2) ?? [];
    return [withoutBlanks(name), withoutBlanks(value).replace(/%3a/gi, ':')];
  });
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
