import { UsageError } from '../../errors.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { textOption } from './option-values.ts';

/** Options of the commands that read a cluster, named as in kubectl. */
export const CLUSTER_OPTIONS = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
} as const;

export const CLUSTER_HELP = `  --kubeconfig FILE          default: the files in KUBECONFIG, else ~/.kube/config
  --context NAME             default: the kubeconfig's current one`;

export function clusterOptions(given: Record<string, unknown>): ClusterOptions {
  return { kubeconfig: textOption(given, 'kubeconfig'), context: textOption(given, 'context') };
}

export function refuseWithoutCluster(
  given: Record<string, unknown>,
  files: readonly string[],
): void {
  const stray = Object.keys(CLUSTER_OPTIONS).find((name) => given[name] !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray} needs --from-cluster; see --help`);
  if (files.length === 0) {
    throw new UsageError('give -f FILE or --from-cluster; see --help');
  }
}

/** What `-f` and `--from-cluster` say, for a command that reads one of both. */
export function filesOrCluster(
  given: Readonly<Record<string, unknown>> & { file?: readonly string[] | undefined },
): { files: string[]; cluster: ClusterOptions | undefined } {
  const files = [...new Set(given.file ?? [])];
  const cluster = given['from-cluster'] === true ? clusterOptions(given) : undefined;
  if (cluster === undefined) refuseWithoutCluster(given, files);
  else if (files.length > 0) throw new UsageError('give -f FILE or --from-cluster, not both');
  return { files, cluster };
}
