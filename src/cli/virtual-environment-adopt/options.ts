import { parseOptions } from '../../flags.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { CLUSTER_HELP, CLUSTER_OPTIONS, filesOrCluster } from '../common/cluster-options.ts';
import { namespaceOption, textOption } from '../common/option-values.ts';

/** Name and namespace of the chart's release. */
export interface Release {
  name: string;
  namespace: string;
}

export interface AdoptOptions {
  /** Empty: the objects are read from the cluster. */
  files: string[];
  namespace: string | undefined;
  cluster: ClusterOptions | undefined;
  release: Release;
  /** The script for the way back. */
  isBack: boolean;
}

export function virtualEnvironmentAdoptHelp(program: string): string {
  return `Usage: ${program} virtual-environment-adopt --from-cluster [flags]
       ${program} virtual-environment-adopt -f FILE|FOLDER|- [-f …] [flags]

Prints a shell script with kubectl commands that take VirtualEnvironments over from the operator of that name
(github.com/alibaba/virtual-environment). Each command has a comment that says why. Call it twice:
  1. before the kind is switched on: the script stops the operator in each namespace, and gives its VirtualServices and
     DestinationRules the label by which Metacontroller knows its children. Routes stay as they are.
  2. when the kind is on and the VirtualEnvironments are Ready: the script deletes what is left of the operator.
What is printed follows from what is there; namespaces may be in different steps. This program itself writes nothing.
Exit code: 0 all is clear; 1 there is something that a person must look at; 2 bad input, the cluster cannot be reached, or rights
are missing.

  -f, --file FILE|FOLDER|-   VirtualEnvironments, VirtualServices, DestinationRules, Deployments and Namespaces (YAML or JSON), as the
                             cluster has them; may be repeated
  -n, --namespace NAME       for manifests that name no namespace (default: default); with --from-cluster: only this namespace
  --release NAME             name of the Helm release of DynamicEnv (default: dynamicenv)
  --release-namespace NAME   its namespace (default: dynamicenv)
  --back                     print the way back to the operator instead
  --from-cluster             read a cluster
${CLUSTER_HELP}`;
}

const OPTIONS = {
  file: { type: 'string', short: 'f', multiple: true },
  namespace: { type: 'string', short: 'n' },
  release: { type: 'string' },
  'release-namespace': { type: 'string' },
  back: { type: 'boolean' },
  'from-cluster': { type: 'boolean' },
  ...CLUSTER_OPTIONS,
} as const;

export function readAdoptOptions(args: readonly string[]): AdoptOptions {
  const given = parseOptions(args, OPTIONS);
  const { files, cluster } = filesOrCluster(given);
  return {
    files,
    cluster,
    namespace: namespaceOption(given, 'namespace'),
    release: {
      name: textOption(given, 'release') ?? 'dynamicenv',
      namespace: namespaceOption(given, 'release-namespace') ?? 'dynamicenv',
    },
    isBack: given.back === true,
  };
}
