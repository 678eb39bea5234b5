import { KubeConfig } from '@kubernetes/client-node';

/**
 * The way to the API server: a kubeconfig file, or what Kubernetes gives to every pod (the token and the certificate authority of its
 * service account, https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/). Throws in words when it is not there.
 */
export function loadConfig(
  kubeconfig: string | undefined,
  env: Record<string, string | undefined>,
): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig !== undefined) {
    try {
      config.loadFromFile(kubeconfig);
    } catch (error) {
      const [first = ''] = (error as Error).message.split('\n');
      throw new Error(`--kubeconfig: ${kubeconfig} cannot be read: ${first}`);
    }
  } else if (env['KUBERNETES_SERVICE_HOST']) config.loadFromCluster();
  else
    throw new Error(
      'no cluster: the feed runs in a pod (which has KUBERNETES_SERVICE_HOST), or needs --kubeconfig FILE',
    );
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`--kubeconfig: ${kubeconfig} has no current context`);
  // Without TLS (`kubectl proxy`) there is nothing to verify; the client wants that to be said.
  if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  return config;
}
