import type { Cluster } from '../../e2e/control-plane/control-plane.ts';
import { leastRules, rulesOfComment } from '../../e2e/lib/least-rules.ts';
import { optionalKindManifests } from '../../e2e/lib/manifests.ts';
import type { PolicyRule } from '../../e2e/lib/metacontroller.ts';
import type { HookService } from '../../e2e/lib/service.ts';

/** How headers are injected: the values of `--auto-injection`. */
export type Way = 'routes' | 'envoy-filters';

/** The least rules of Metacontroller with this kind. */
export async function virtualEnvironmentRules(way: Way): Promise<PolicyRule[]> {
  return [
    ...(await leastRules()),
    ...(await rulesOfComment('the kind `virtual-environment`')),
    ...(way === 'envoy-filters' ? await rulesOfComment('virtualEnvironment.autoInjection') : []),
  ];
}

/** The controller of the chart with the kind switched on, which calls a service outside the cluster. */
export async function installVirtualEnvironments(
  { helm, kubectl }: Pick<Cluster, 'helm' | 'kubectl'>,
  service: Pick<HookService, 'hooks' | 'admission'>,
  way: Way,
): Promise<void> {
  const value = `virtualEnvironment.autoInjection=${way}`;
  const items = await optionalKindManifests(helm, 'virtual-environment', service, value);
  await kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
}
