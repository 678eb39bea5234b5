import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './errors.ts';
import type { Flag, Flags, Values } from './hooks/flag.ts';

type Environment = Record<string, string | undefined>;

/** The settings from arguments, else from the environment, else their defaults. */
export function readFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
  env: Environment,
): Values<F> {
  return settingsOf(flags, parseOptions(args, optionsOf(flags)), env);
}

/** The flags as options of `parseOptions`, for a command that has others beside them. */
export function optionsOf(flags: Flags): ParseArgsOptionsConfig {
  return Object.fromEntries(Object.values(flags).map(({ name }) => [name, { type: 'string' }]));
}

/** Options alone. */
export function parseOptions<O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: O,
) {
  const { given, words } = parseWords(args, options);
  const [word] = words;
  if (word !== undefined) throw new UsageError(`Unexpected argument '${word}'; see --help`);
  return given;
}

/** Options, and the words between them. What Node's parser refuses is the user's mistake. */
export function parseWords<O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: true,
    });
    return { given: values, words: positionals };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(/\.\s/)[0]}; see --help`);
  }
}

/** The value of each flag: of its option if given, else of its variable, else the default. */
export function settingsOf<F extends Flags>(
  flags: F,
  given: Record<string, unknown>,
  env: Environment,
): Values<F> {
  return Object.fromEntries(
    Object.entries(flags).map(([key, flag]) => {
      const fromFlag = given[flag.name];
      if (typeof fromFlag === 'string') return [key, readValue(flag, fromFlag, `--${flag.name}`)];
      const variable = variableOf(flag.name);
      const fromVariable = env[variable] ?? '';
      const isSet = fromVariable !== '' && !SERVICE_LINK.test(fromVariable);
      return [key, readValue(flag, isSet ? fromVariable : flag.fallback, variable)];
    }),
  ) as Values<F>;
}

/**
 * For a Service called `dynamicenv`, Kubernetes sets `DYNAMICENV_PORT=tcp://10.0.0.1:8080` in the containers of its
 * namespace. That is no setting.
 */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;

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
