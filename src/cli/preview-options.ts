import { DECISION_FLAGS } from '../config.ts';
import type { DecisionConfig } from '../domain/config.ts';
import { UsageError } from '../errors.ts';
import { describeFlags, optionsOf, parseOptions, settingsOf } from '../flags.ts';

const FORMATS = ['text', 'yaml', 'json'] as const;
export type Format = (typeof FORMATS)[number];

export interface PreviewOptions {
  files: string[];
  format: Format;
  withDelete: boolean;
  config: DecisionConfig;
}

export const PREVIEW_HELP = `Usage: dynamicenv preview -f FILE|FOLDER|- [-f …] [flags]

Puts the objects into an in-memory cluster, lets it settle, and prints what the DynamicEnvs among them do.
Exit code: 0 all become ready, 1 one does not or there is none, 2 bad input.

  -f, --file FILE|FOLDER|-   manifests (YAML or JSON); a folder's files, - for standard input; may be repeated
  -o, --output FORMAT        text (default); yaml or json: the created and changed objects, and the envs with status
  --delete                   delete the envs again; exit code 1 when anything differs from the start

${describeFlags(DECISION_FLAGS)}`;

const OWN = {
  file: { type: 'string', short: 'f', multiple: true },
  output: { type: 'string', short: 'o' },
  delete: { type: 'boolean' },
} as const;

export function readPreviewOptions(
  args: readonly string[],
  env: Record<string, string | undefined>,
): PreviewOptions {
  const given = parseOptions(args, { ...OWN, ...optionsOf(DECISION_FLAGS) });
  const files = (given['file'] ?? []) as string[];
  if (files.length === 0) throw new UsageError('-f FILE is missing; see --help');
  const format = FORMATS.find((name) => name === (given['output'] ?? 'text'));
  if (format === undefined) {
    throw new UsageError(`-o: expected one of ${FORMATS.join(', ')}, got "${given['output']}"`);
  }
  return {
    files: [...new Set(files)],
    format,
    withDelete: given['delete'] === true,
    config: settingsOf(DECISION_FLAGS, given, env),
  };
}
