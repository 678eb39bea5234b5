import { parseArgs } from 'node:util';
import { UsageError } from './errors.ts';

/** One setting: a flag, or the environment variable `DYNAMICENV_<FLAG>` in capitals with underscores. */
export interface Flag<T> {
  name: string;
  /** Placeholder in `--help`. */
  value: string;
  help: string;
  fallback: string;
  /** Turns the text into the value; an Error's message says what is expected. */
  read: (text: string) => T;
}

export type Flags = Record<string, Flag<unknown>>;
export type Values<F extends Flags> = { [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

/** The settings from arguments, else from the environment, else their defaults; the rest are positionals. */
export function readFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
  env: Record<string, string | undefined>,
): Values<F> {
  const given = parse(flags, args);
  return Object.fromEntries(
    Object.entries(flags).map(([key, flag]) => {
      const variable = variableOf(flag.name);
      const fromFlag = given[flag.name];
      const source = fromFlag === undefined && env[variable] ? variable : `--${flag.name}`;
      const text = fromFlag ?? (env[variable] || flag.fallback);
      return [key, readValue(flag, text, source)];
    }),
  ) as Values<F>;
}

function parse(flags: Flags, args: readonly string[]): Record<string, string | undefined> {
  const options = Object.fromEntries(
    Object.values(flags).map(({ name }) => [name, { type: 'string' as const }]),
  );
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see --help`);
  }
}

function readValue(flag: Flag<unknown>, text: string, source: string): unknown {
  try {
    return flag.read(text);
  } catch (error) {
    throw new UsageError(`${source}: ${(error as Error).message}, got "${text}"`);
  }
}

export function variableOf(name: string): string {
  return `DYNAMICENV_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** A line per flag for `--help`. */
export function describeFlags(flags: Flags): string {
  const rows = Object.values(flags).map(({ name, value, help, fallback }) => {
    const shown = fallback === '' ? '' : ` (default ${fallback})`;
    return [`  --${name} ${value}`, `${help}${shown} [${variableOf(name)}]`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `${left.padEnd(width)}${right}`).join('\n');
}
