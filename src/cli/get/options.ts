import { UsageError } from '../../errors.ts';
import { parseWords } from '../../flags.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { CLUSTER_HELP, CLUSTER_OPTIONS, clusterOptions } from '../common/cluster-options.ts';
import { formatOption, namespaceOption } from '../common/option-values.ts';

const KINDS = ['merges', 'virtual-environments', 'environments'] as const;
const FORMATS = ['text', 'yaml', 'json'] as const;

export interface GetOptions {
  /** Of the env, or of the Environment if that is the kind; undefined: all objects of a kind are asked for. */
  name: string | undefined;
  kind: (typeof KINDS)[number] | undefined;
  /** Of these objects; undefined: all. */
  namespace: string | undefined;
  format: (typeof FORMATS)[number];
  cluster: ClusterOptions;
}

export function getHelp(program: string): string {
  return `Usage: ${program} get NAME [flags]
       ${program} get merges|virtual-environments [-n NAMESPACE] [flags]
       ${program} get environments [NAME] [flags]

Shows the state of a DynamicEnv in a cluster: its workloads with their subsets and routes, its conditions, and what to do.
Reads the DynamicEnv and the VirtualServices with its label, with your own rights. Writes nothing.
With "merges": the VirtualServiceMerges by the VirtualService that they name, whether they are merged, and why not. With
"virtual-environments": the VirtualEnvironments, the versions of each Service, and what is in their way. With "environments": the
Environments and who uses each, DynamicEnvs and other Environments; with a NAME also its variables, and the layer of each. For a
DynamicEnv with one of these names write de/merges.
For a DynamicEnv with a configuration: which workloads are unique, how many are shared, what is blocked, and the values. For these
the Deployments, the Environments and the Secrets that it refers to are read, too, as far as you may. A Secret's value is never
shown; a Secret or key that does not exist is.
Exit code: 0 ready, or all are ready, merged or accepted; 1 not ready, or one is not; 2 no such DynamicEnv or Environment, the cluster
cannot be reached, or rights are missing.

  -n, --namespace NAME       of the merges or VirtualEnvironments (default: all namespaces, or that of the context if you may not list all)
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
  const [word, ...rest] = words;
  if (word === undefined) {
    throw new UsageError(
      'NAME of the DynamicEnv is missing ("kubectl get de" lists them); see --help',
    );
  }
  const kind = KINDS.find((one) => one === word);
  const [wanted, ...more] = kind === 'environments' ? rest : [undefined, ...rest];
  if (more.length > 0) throw new UsageError(`Unexpected argument '${more[0]}'; see --help`);
  const name = kind === undefined ? word.replace(/^de\//, '') : wanted?.replace(/^denv\//, '');
  const namespace = namespaceOption(given, 'namespace');
  if ((kind === undefined || kind === 'environments') && namespace !== undefined) {
    throw new UsageError(
      `--namespace is for "get merges" and "get virtual-environments"; ${kind === undefined ? 'a DynamicEnv' : 'an Environment'} is in no namespace`,
    );
  }
  return {
    name,
    kind,
    namespace,
    format: formatOption(FORMATS, given),
    cluster: clusterOptions(given),
  };
}
