import { coherent, DECISION_FLAGS } from '../../config.ts';
import { describeFlags, optionsOf, parseOptions, settingsOf } from '../../flags.ts';
import type { DecisionConfig } from '../../kinds/kinds.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import {
  CLUSTER_HELP,
  CLUSTER_OPTIONS,
  clusterOptions,
  refuseWithoutCluster,
} from '../common/cluster-options.ts';
import { GRAPH_HELP, GRAPH_OPTION, type GraphFile, graphOption } from '../common/graph.ts';
import { formatOption, namespaceOption } from '../common/option-values.ts';

const FORMATS = ['text', 'yaml', 'json'] as const;
export type Format = (typeof FORMATS)[number];

export interface PreviewOptions {
  files: string[];
  /** Set: the files' objects are applied over the objects of this cluster. */
  cluster: ClusterOptions | undefined;
  /** For manifests that name no namespace; undefined: the context's, or `default`. */
  namespace: string | undefined;
  format: Format;
  withDelete: boolean;
  /** Where to draw it. */
  graph: GraphFile | undefined;
  config: DecisionConfig;
}

export function previewHelp(program: string): string {
  return `Usage: ${program} preview -f FILE|FOLDER|- [-f …] [flags]
       ${program} preview --from-cluster [-f FILE|FOLDER|- …] [flags]

Puts the objects into an in-memory cluster, lets it settle, and prints what the DynamicEnvs, Environments, VirtualServiceMerges
and VirtualEnvironments change. For a DynamicEnv with a configuration it says which workloads get pods of their own, which are
shared, and which variables decide, with the layer of each. What comes from a Secret is shown as "secret NAME/KEY", never its value.
With --from-cluster the objects are read from a cluster with your own rights, and the objects of the files are applied over
them in memory. An Environment among the files is shown with all DynamicEnvs of the cluster that use it. Without -f the preview
is about everything of these kinds in the cluster. Nothing is written to the cluster.
Exit code: 0 all DynamicEnvs and VirtualEnvironments become ready, all merges are merged and all Environments are accepted; 1 one
is not, or there is none of them; 2 bad input, the cluster cannot be reached, or rights are missing.

  -f, --file FILE|FOLDER|-   manifests (YAML or JSON); a folder's files, - for standard input; may be repeated
  -n, --namespace NAME       for manifests that name no namespace (default: default; with --from-cluster the context's)
  -o, --output FORMAT        text (default); yaml or json: the created and changed objects, and what the preview is about with status
  --delete                   delete them again; exit code 1 if anything then differs from the start
${GRAPH_HELP}
  --from-cluster             read Deployments, Services, DestinationRules, VirtualServices and what the preview is about from a cluster
${CLUSTER_HELP}

Settings of the service; give the same values as in the cluster:

${describeFlags(DECISION_FLAGS)}`;
}

const OWN = {
  file: { type: 'string', short: 'f', multiple: true },
  namespace: { type: 'string', short: 'n' },
  output: { type: 'string', short: 'o' },
  delete: { type: 'boolean' },
  'from-cluster': { type: 'boolean' },
  ...GRAPH_OPTION,
  ...CLUSTER_OPTIONS,
} as const;

export function readPreviewOptions(
  args: readonly string[],
  env: Record<string, string | undefined>,
): PreviewOptions {
  const given = parseOptions(args, { ...OWN, ...optionsOf(DECISION_FLAGS) });
  const files = (given['file'] ?? []) as string[];
  const cluster = given['from-cluster'] === true ? clusterOptions(given) : undefined;
  if (cluster === undefined) refuseWithoutCluster(given, files);
  return {
    files: [...new Set(files)],
    cluster,
    namespace: namespaceOption(given, 'namespace'),
    format: formatOption(FORMATS, given),
    withDelete: given['delete'] === true,
    graph: graphOption(given),
    config: coherent(settingsOf(DECISION_FLAGS, given, env)),
  };
}
