import { fileURLToPath } from 'node:url';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import { parseYaml } from '../../../../src/k8s/yaml.ts';
import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import { KUBE_VERSION } from '../../../e2e/lib/chart.ts';

const CHART = fileURLToPath(new URL('../../../../charts/feed', import.meta.url));
const NAMESPACE = 'dynamicenv';
const RIGHTS = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'];

/** Installs the rights of charts/feed. Returns the path of a kubeconfig that has them, and no others. */
export async function createFeedAccount(cluster: Cluster): Promise<string> {
  const { kubectl, helm, kubeconfigFor } = cluster;
  const release = ['template', 'dynamicenv-feed', CHART, '-n', NAMESPACE, '--no-hooks'];
  const objects = parseYaml(await helm([...release, ...KUBE_VERSION])).map(
    ({ value }) => value as KubeObject,
  );
  const items = objects.filter(({ kind }) => RIGHTS.includes(kind));
  await kubectl(['create', 'namespace', NAMESPACE]);
  await kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
  const token = ['create', 'token', 'dynamicenv-feed', '-n', NAMESPACE, '--duration=24h'];
  return kubeconfigFor('feed', (await kubectl(token)).trim());
}
