import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Cluster } from '../../e2e/control-plane/control-plane.ts';
import { rendered, set } from '../../e2e/lib/chart.ts';
import { leastRules } from '../../e2e/lib/least-rules.ts';
import { withAddresses } from '../../e2e/lib/manifests.ts';
import type { PolicyRule } from '../../e2e/lib/metacontroller.ts';
import type { HookService } from '../../e2e/lib/service.ts';

/** How headers are injected: the values of `--auto-injection`. */
export type Way = 'routes' | 'envoy-filters';

const VALUES = new URL('../../../charts/dynamicenv/metacontroller-values.yaml', import.meta.url);
const TEMPLATE = 'templates/virtual-environment.yaml';

/** The least rules of Metacontroller with this kind. Those of the kind are in comments of the values file. */
export async function virtualEnvironmentRules(way: Way): Promise<PolicyRule[]> {
  const text = await readFile(VALUES, 'utf8');
  const comment = (mark: string) => {
    const found = new RegExp(`# Only .*${mark}.*\\n((?: *# (?:- | {2})\\w+: .*\\n)+)`).exec(
      text,
    )?.[1];
    if (found === undefined) throw new Error(`${VALUES} has no rules for ${mark}`);
    return parse(found.replaceAll('# ', '')) as PolicyRule[];
  };
  return [
    ...(await leastRules()),
    ...comment('the kind `virtual-environment`'),
    ...(way === 'envoy-filters' ? comment('virtualEnvironment.autoInjection') : []),
  ];
}

/** The controller of the chart with the kind switched on, which calls a service outside the cluster. */
export async function installVirtualEnvironments(
  { helm, kubectl }: Pick<Cluster, 'helm' | 'kubectl'>,
  service: Pick<HookService, 'hooks' | 'admission'>,
  way: Way,
): Promise<void> {
  const values = set('kinds={virtual-environment}', `virtualEnvironment.autoInjection=${way}`);
  const objects = await rendered(helm, '--show-only', TEMPLATE, ...values);
  const items = withAddresses(objects, service);
  await kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
}
