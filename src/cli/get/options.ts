import { UsageError } from '../../errors.ts';
import { parseWords } from '../../flags.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { CLUSTER_HELP, CLUSTER_OPTIONS, clusterOptions } from '../common/cluster-options.ts';
import { formatOption, namespaceOption } from '../common/option-values.ts';

const FORMATS = ['text', 'yaml', 'json'] as const;

export interface GetOptions {
  /** Of the env; undefined: merges are asked for. */
  name: string | undefined;
  /** Of the merges; undefined: all. */
  namespace: string | undefined;
  format: (typeof FORMATS)[number];
  cluster: ClusterOptions;
}

export function getHelp(program: string): string {
  return `Usage: ${program} get NAME [flags]
       ${program} get merges [-n NAMESPACE] [flags]

Shows the state of a DynamicEnv in a cluster: its workloads with their subsets and routes, its conditions, and what to do.
Reads the DynamicEnv and the VirtualServices with its label, with your own rights. Writes nothing.
With "merges": the VirtualServiceMerges by the VirtualService that they name, whether they are merged, and why not. For a
DynamicEnv with the name merges write de/merges.
Exit code: 0 ready, or all are merged; 1 not ready, or one is not merged; 2 no such DynamicEnv, the cluster cannot be reached, or
rights are missing.

  -n, --namespace NAME       of the merges (default: all namespaces, or that of the context if you may not list all)
  -o, --output FORMAT        text (default); yaml or json for programs
${CLUSTER_HELP}`;
}

export function readGetOptions(args: readonly string[]): GetOptions {
  const own = {
    output: { type: 'string', short: 'o' },
    namespace: { type: 'string', short: 'n' },
    ...CLUSTER_OPTIONS,
  } as const;
  const { given, words } = parseWords(args, own);
  const [word, ...more] = words;
  if (word === undefined) {
    throw new UsageError(
      'NAME of the DynamicEnv is missing ("kubectl get de" lists them); see --help',
    );
  }
  if (more.length > 0) throw new UsageError(`Unexpected argument '${more[0]}'; see --help`);
  const name = word === 'merges' ? undefined : word.replace(/^de\//, '');
  const namespace = namespaceOption(given, 'namespace');
  if (name !== undefined && namespace !== undefined) {
    throw new UsageError('--namespace is for "get merges"; a DynamicEnv is in no namespace');
  }
  return { name, namespace, format: formatOption(FORMATS, given), cluster: clusterOptions(given) };
}
