import { UsageError } from '../../errors.ts';

/** The text of an option; undefined if it was not given. Empty text is refused: it is most likely an unset shell variable. */
export function textOption(given: Record<string, unknown>, name: string): string | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new UsageError(`--${name}: expected a value, got an empty text`);
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function namespaceOption(given: Record<string, unknown>, flag: string): string | undefined {
  const namespace = textOption(given, flag);
  if (namespace === undefined || DNS_LABEL.test(namespace)) return namespace;
  throw new UsageError(`--${flag}: expected the name of a namespace, got "${namespace}"`);
}

/** The format that `-o` names, else the first one. */
export function formatOption<F extends string>(
  formats: readonly [F, ...F[]],
  given: Record<string, unknown>,
): F {
  const format = formats.find((name) => name === (given['output'] ?? formats[0]));
  if (format !== undefined) return format;
  throw new UsageError(`-o: expected one of ${formats.join(', ')}, got "${given['output']}"`);
}
