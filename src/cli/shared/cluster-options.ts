import { UsageError } from '../../errors.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';

/** Options of the commands that read a cluster; as kubectl has them. */
export const CLUSTER_OPTIONS = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
} as const;

export const CLUSTER_HELP = `  --kubeconfig FILE          default: the files in KUBECONFIG, else ~/.kube/config
  --context NAME             default: the kubeconfig's current one`;

export function clusterOptions(given: Record<string, unknown>): ClusterOptions {
  return { kubeconfig: textOf(given, 'kubeconfig'), context: textOf(given, 'context') };
}

/** An option's text; undefined when it was not given. An empty one is a shell variable that was not set. */
export function textOf(given: Record<string, unknown>, name: string): string | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new UsageError(`--${name}: expected a value, got an empty text`);
}
