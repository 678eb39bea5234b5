import { coherent, DECISION_FLAGS } from '../../config.ts';
import { UsageError } from '../../errors.ts';
import { describeFlags, optionsOf, parseWords, settingsOf } from '../../flags.ts';
import type { DecisionConfig } from '../../kinds/kinds.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { CLUSTER_HELP, CLUSTER_OPTIONS, filesOrCluster } from '../common/cluster-options.ts';
import { formatOption, namespaceOption } from '../common/option-values.ts';

const FORMATS = ['text', 'yaml', 'json'] as const;

/** An Environment or a DynamicEnv, as it was named. */
export interface Named {
  /** Undefined: an Environment, or else a DynamicEnv. */
  kind: 'Environment' | 'DynamicEnv' | undefined;
  name: string;
}

export interface DiffOptions {
  a: Named;
  b: Named;
  files: string[];
  /** Set: read from this cluster. */
  cluster: ClusterOptions | undefined;
  /** For manifests that name no namespace. */
  namespace: string | undefined;
  format: (typeof FORMATS)[number];
  config: DecisionConfig;
}

export function diffHelp(program: string): string {
  return `Usage: ${program} diff A B -f FILE|FOLDER|- [-f …] [flags]
       ${program} diff A B --from-cluster [flags]

Compares the configuration of two Environments or two DynamicEnvs: each variable whose value differs, with the layer that decides
it. For two DynamicEnvs also which workloads have pods of their own in only one of them, or in both.
A and B are names. denv/NAME is an Environment, de/NAME a DynamicEnv; a name alone is an Environment, or a DynamicEnv if there is no
such Environment. What comes from a Secret is shown as "secret NAME/KEY", never its value.
With -f the objects of the files are compared, as they are written; "preview" shows what of them is blocked. With --from-cluster they
are read with your own rights, and the unique workloads are those of the DynamicEnvs' status. Writes nothing.
Exit code: 0 compared, whether or not they differ; 2 bad input, no such object, the cluster cannot be reached, or rights are missing.

  -f, --file FILE|FOLDER|-   manifests (YAML or JSON); a folder's files, - for standard input; may be repeated
  -n, --namespace NAME       for manifests that name no namespace (default: default)
  -o, --output FORMAT        text (default); yaml or json for programs
  --from-cluster             read Environments and DynamicEnvs from a cluster
${CLUSTER_HELP}

Settings of the service; give the same values as in the cluster:

${describeFlags(DECISION_FLAGS)}`;
}

const OWN = {
  file: { type: 'string', short: 'f', multiple: true },
  namespace: { type: 'string', short: 'n' },
  output: { type: 'string', short: 'o' },
  'from-cluster': { type: 'boolean' },
  ...CLUSTER_OPTIONS,
} as const;

export function readDiffOptions(
  args: readonly string[],
  env: Record<string, string | undefined>,
): DiffOptions {
  const { given, words } = parseWords(args, { ...OWN, ...optionsOf(DECISION_FLAGS) });
  const [a, b, ...more] = words;
  if (a === undefined || b === undefined) {
    throw new UsageError('the names of two Environments or DynamicEnvs are needed; see --help');
  }
  if (more.length > 0) throw new UsageError(`Unexpected argument '${more[0]}'; see --help`);
  return {
    a: named(a),
    b: named(b),
    ...filesOrCluster(given as Parameters<typeof filesOrCluster>[0]),
    namespace: namespaceOption(given, 'namespace'),
    format: formatOption(FORMATS, given),
    config: coherent(settingsOf(DECISION_FLAGS, given, env)),
  };
}

function named(word: string): Named {
  const [, prefix, name = ''] = /^(denv|de)\/(.*)$/.exec(word) ?? [undefined, undefined, word];
  const kind =
    prefix === undefined ? undefined : prefix === 'denv' ? ('Environment' as const) : 'DynamicEnv';
  if (name === '') throw new UsageError(`"${word}": a name is missing; see --help`);
  return { kind, name };
}
