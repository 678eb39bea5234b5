import type { KubeConfig } from '@kubernetes/client-node';
import { UsageError } from '../errors.ts';
import { loadClientNode } from './client-node.ts';
import { configFiles, type Environment } from './config-files.ts';

export interface ClusterOptions {
  /** `--kubeconfig` */
  kubeconfig: string | undefined;
  /** `--context`; undefined: the current one. */
  context: string | undefined;
}

/** A kubeconfig with its context chosen. */
export interface ChosenConfig {
  config: KubeConfig;
  context: string;
  /** URL of the API server. */
  server: string;
  /** The user's name in the kubeconfig; the cluster may know the user by another name. */
  user: string;
  /** The context's namespace, else `default`. */
  namespace: string;
}

/** Reads the kubeconfig and chooses a context; a UsageError says what is wrong with either. Writes nothing. */
export async function readConfig(
  { kubeconfig, context }: ClusterOptions,
  env: Environment,
): Promise<ChosenConfig> {
  const client = await loadClientNode();
  const files = configFiles(kubeconfig, env);
  const config = merged(
    files.map((file) => readFile(client, file)),
    new client.KubeConfig(),
  );
  const chosen = config.getContextObject(context ?? config.currentContext);
  const source = files.join(', ');
  if (chosen === null) {
    const known = config.contexts.map(({ name }) => name).join(', ') || 'none';
    const asked = context ?? config.currentContext;
    throw new UsageError(
      asked
        ? `--context: no context "${asked}" in ${source}; there are: ${known}`
        : `${source} has no current context; choose one with --context: ${known}`,
    );
  }
  config.setCurrentContext(chosen.name);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new UsageError(`context "${chosen.name}": no cluster "${chosen.cluster}" in ${source}`);
  }
  return {
    config,
    context: chosen.name,
    server: cluster.server,
    user: chosen.user ?? '',
    namespace: chosen.namespace ?? 'default',
  };
}

function readFile({ KubeConfig }: typeof import('@kubernetes/client-node'), file: string) {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    const [first = ''] = (error as Error).message.split('\n');
    throw new UsageError(`${file}: not a kubeconfig: ${first}`);
  }
  return config;
}

/** Merges as kubectl does: the first cluster, user or context of a name counts, and the first current context. */
function merged(configs: readonly KubeConfig[], into: KubeConfig): KubeConfig {
  into.loadFromOptions({
    clusters: firstByName(configs.flatMap(({ clusters }) => clusters)).map(plain),
    users: firstByName(configs.flatMap(({ users }) => users)),
    contexts: firstByName(configs.flatMap(({ contexts }) => contexts)),
    currentContext: configs.map(({ currentContext }) => currentContext).find(Boolean),
  });
  return into;
}

function firstByName<T extends { name: string }>(items: readonly T[]): T[] {
  return [...Map.groupBy(items, ({ name }) => name).values()].flatMap(([first]) => first ?? []);
}

type Cluster = KubeConfig['clusters'][number];

/** Without TLS (`kubectl proxy`) there is nothing to verify; the client requires that to be set explicitly. */
function plain(cluster: Cluster): Cluster {
  return cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster;
}
