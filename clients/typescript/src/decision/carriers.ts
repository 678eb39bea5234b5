import { headerTexts, withoutBlanks } from './header-text.ts';
import type { RouteNames } from './names.ts';
import type { MessageHeaders } from './types.ts';

/** What one carrier says: values of its lists of pairs, and of its single refs. */
export interface Carried {
  pairs: readonly string[];
  refs: readonly string[];
}

/**
 * What the first carrier says that names one of the two headers at all, even with a value that means nothing: the headers, else
 * `baggage`, if it is read. Undefined: none does.
 */
export function carriedBy(headers: MessageHeaders, names: RouteNames): Carried | undefined {
  const { service, source, readsBaggage } = names;
  const wanted = readsBaggage ? [service, source, 'baggage'] : [service, source];
  const texts = headerTexts(headers, wanted);
  const plain = { pairs: listOf(texts.get(service)), refs: listOf(texts.get(source)) };
  if (isSaying(plain)) return plain;
  const members = fromBaggage(readsBaggage ? (texts.get('baggage') ?? '') : '', names);
  return isSaying(members) ? members : undefined;
}

function listOf(text: string | undefined): string[] {
  return text === undefined ? [] : [text];
}

function isSaying({ pairs, refs }: Carried): boolean {
  return pairs.length + refs.length > 0;
}

/**
 * Members `name=value;properties`. Keys are compared as written. Of percent-encodings only the colon's is read, and only in lists of pairs:
 * encoders leave the other characters of services and refs as they are.
 * Source: https://www.w3.org/TR/baggage/#header-content
 */
function fromBaggage(header: string, { service, source }: RouteNames): Carried {
  const pairs: string[] = [];
  const refs: string[] = [];
  for (const member of header.split(',')) {
    const equals = member.indexOf('=');
    if (equals < 0) continue;
    const key = withoutBlanks(member.slice(0, equals));
    const value = withoutBlanks(member.slice(equals + 1).split(';', 1)[0] ?? '');
    if (key === service) pairs.push(value.replaceAll('%3A', ':').replaceAll('%3a', ':'));
    if (key === source) refs.push(value);
  }
  return { pairs, refs };
}
