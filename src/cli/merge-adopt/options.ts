import { parseOptions } from '../../flags.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { CLUSTER_HELP, CLUSTER_OPTIONS, filesOrCluster } from '../common/cluster-options.ts';
import { namespaceOption } from '../common/option-values.ts';

export interface MergeAdoptOptions {
  /** Empty: the objects are read from the cluster. */
  files: string[];
  namespace: string | undefined;
  cluster: ClusterOptions | undefined;
}

export function mergeAdoptHelp(program: string): string {
  return `Usage: ${program} merge-adopt --from-cluster [flags]
       ${program} merge-adopt -f FILE|FOLDER|- [-f …] [flags]

Looks for the routes that the operator istio-virtualservice-merger has written into VirtualServices, and for its finalizers on
VirtualServiceMerges. Prints a shell script with kubectl commands that take both out, and with comments: which routes leave, and
which ones it is not sure about, and so leaves alone. Run the script when the operator is stopped and DynamicEnv has merged the
same routes. Each command fails if the route or the finalizer has changed meanwhile. This program itself writes nothing.
Exit code: 0 all routes are clear, or there are none; 1 there are routes that a person must look at; 2 bad input, the cluster
cannot be reached, or rights are missing.

  -f, --file FILE|FOLDER|-   VirtualServices and VirtualServiceMerges (YAML or JSON), as the cluster has them; may be repeated
  -n, --namespace NAME       for manifests that name no namespace (default: default); with --from-cluster: only the
                             VirtualServiceMerges of this namespace
  --from-cluster             read VirtualServices and VirtualServiceMerges from a cluster
${CLUSTER_HELP}`;
}

const OPTIONS = {
  file: { type: 'string', short: 'f', multiple: true },
  namespace: { type: 'string', short: 'n' },
  'from-cluster': { type: 'boolean' },
  ...CLUSTER_OPTIONS,
} as const;

export function readMergeAdoptOptions(args: readonly string[]): MergeAdoptOptions {
  const given = parseOptions(args, OPTIONS);
  const { files, cluster } = filesOrCluster(given);
  return { files, cluster, namespace: namespaceOption(given, 'namespace') };
}
