import type { Flag } from './flag.ts';

export function text(name: string, value: string, fallback: string, help: string): Flag<string> {
  return { name, value, fallback, help, read: (given) => given };
}

export function seconds(name: string, fallback: string, help: string): Flag<number> {
  return { name, value: 'SECONDS', fallback, help, read: readSeconds };
}

function readSeconds(given: string): number {
  const number = Number(given);
  if (!/^\d+(\.\d+)?$/.test(given) || number > 3600) {
    throw new Error('expected a number of seconds from 0 to 3600');
  }
  return number;
}

export function readCount(given: string): number {
  if (!/^\d{1,9}$/.test(given)) throw new Error('expected a whole number');
  return Number(given);
}

export function readBoolean(given: string): boolean {
  if (given !== 'true' && given !== 'false') throw new Error('expected true or false');
  return given === 'true';
}

/** Items separated by commas; spaces around an item are ignored. */
export function list(
  name: string,
  help: string,
  readItem: (item: string) => string,
): Flag<string[]> {
  const read = (given: string) => {
    const items = given
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    // To some flags an empty list means "all".
    if (given !== '' && items.length === 0) throw new Error('expected something between commas');
    return items.map(readItem);
  };
  return { name, value: 'LIST', fallback: '', help, read };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const LABEL_VALUE = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
export const DNS_NAME =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
export const KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*(\*|\/\*|\/[A-Za-z0-9][A-Za-z0-9._-]*\*?)?$/;
export const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

export function matching(pattern: RegExp, expected: string) {
  return (given: string): string => {
    if (!pattern.test(given)) throw new Error(`expected ${expected}`);
    return given;
  };
}

export function readLabelKey(given: string): string {
  const [name = '', prefix, ...more] = given.split('/').reverse();
  const isPrefixed = prefix === undefined || DNS_NAME.test(prefix);
  if (!LABEL_VALUE.test(name) || !isPrefixed || more.length > 0)
    throw new Error('expected a label key');
  return given;
}
