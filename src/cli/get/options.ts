import { UsageError } from '../../errors.ts';
import { parseWords } from '../../flags.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { CLUSTER_HELP, CLUSTER_OPTIONS, clusterOptions } from '../common/cluster-options.ts';
import { formatOption } from '../common/option-values.ts';

const FORMATS = ['text', 'yaml', 'json'] as const;

export interface GetOptions {
  name: string;
  format: (typeof FORMATS)[number];
  cluster: ClusterOptions;
}

export function getHelp(program: string): string {
  return `Usage: ${program} get NAME [flags]

Shows the state of a DynamicEnv in a cluster: its workloads with their subsets and routes, its conditions, and what to do.
Reads the DynamicEnv and the VirtualServices with its label, with your own rights. Writes nothing.
Exit code: 0 ready; 1 not ready; 2 no such DynamicEnv, the cluster cannot be reached, or rights are missing.

  -o, --output FORMAT        text (default); yaml or json for programs
${CLUSTER_HELP}`;
}

export function readGetOptions(args: readonly string[]): GetOptions {
  const own = { output: { type: 'string', short: 'o' }, ...CLUSTER_OPTIONS } as const;
  const { given, words } = parseWords(args, own);
  const [name, ...more] = words;
  if (name === undefined) {
    throw new UsageError(
      'NAME of the DynamicEnv is missing ("kubectl get de" lists them); see --help',
    );
  }
  if (more.length > 0) throw new UsageError(`Unexpected argument '${more[0]}'; see --help`);
  return { name, format: formatOption(FORMATS, given), cluster: clusterOptions(given) };
}
