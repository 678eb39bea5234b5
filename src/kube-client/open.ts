import { type ClusterOptions, readConfig } from './config.ts';
import type { Environment } from './config-files.ts';
import { createReader, type Reader } from './reader.ts';

/** A cluster to read, and where it was found. */
export interface OpenCluster {
  reader: Reader;
  context: string;
  server: string;
  /** The context's namespace. */
  namespace: string;
}

/** The cluster that kubeconfig and context name; nothing is sent yet. */
export async function openCluster(options: ClusterOptions, env: Environment): Promise<OpenCluster> {
  const chosen = await readConfig(options, env);
  const { context, server, namespace } = chosen;
  return { reader: createReader(chosen), context, server, namespace };
}
