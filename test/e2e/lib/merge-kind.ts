import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { rendered } from './chart.ts';
import { withAddresses } from './manifests.ts';
import type { PolicyRule } from './metacontroller.ts';
import type { HookService } from './service.ts';

const VALUES = new URL('../../../charts/dynamicenv/metacontroller-values.yaml', import.meta.url);
const TEMPLATES = ['virtual-service-merge', 'webhook'];

/** Metacontroller's rights for VirtualServiceMerges. In the values file they are in a comment. */
export async function mergeRules(): Promise<PolicyRule[]> {
  const [comment = ''] =
    /( *# - apiGroups: \[istiomerger\.monime\.sl\]\n *# +resources: .*\n *# +verbs: .*\n){2}/.exec(
      await readFile(VALUES, 'utf8'),
    ) ?? [];
  return parse(comment.replaceAll('# ', ''));
}

/** The controller and the webhooks of the chart with the kind switched on, which call a service outside the cluster. */
export async function mergeManifests(
  { helm }: Pick<Cluster, 'helm'>,
  service: Pick<HookService, 'hooks' | 'admission'>,
): Promise<KubeObject[]> {
  const shown = TEMPLATES.flatMap((name) => ['--show-only', `templates/${name}.yaml`]);
  const objects = await rendered(helm, ...shown, '--set', 'kinds={virtual-service-merge}');
  return withAddresses(
    objects.filter(({ kind }) => kind !== 'Secret'),
    service,
  );
}

/** Installs the controller and webhooks of merges into a cluster that has those of DynamicEnvs already. */
export async function installMerges(
  cluster: Pick<Cluster, 'helm' | 'kubectl'>,
  service: Pick<HookService, 'hooks' | 'admission'>,
): Promise<void> {
  const items = await mergeManifests(cluster, service);
  await cluster.kubectl(['apply', '-f', '-'], {
    input: { apiVersion: 'v1', kind: 'List', items },
  });
}
