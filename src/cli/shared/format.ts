import { UsageError } from '../../errors.ts';

/** The format that `-o` asks for; the first when it does not. */
export function formatOf<F extends string>(
  formats: readonly [F, ...F[]],
  given: Record<string, unknown>,
): F {
  const format = formats.find((name) => name === (given['output'] ?? formats[0]));
  if (format !== undefined) return format;
  throw new UsageError(`-o: expected one of ${formats.join(', ')}, got "${given['output']}"`);
}
