import { startSimulation } from '../../../src/cli/common/simulation.ts';
import type { DestinationRule, VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { decisionConfig } from '../../scenarios/lib/scenario.ts';
import { CONFIGURATION_LABEL, type Configuration, withLabel } from './generate/configuration.ts';
import { BASE_DEPLOYMENT } from './generate/envs.ts';
import { BASE_VERSION, deployment } from './generate/world.ts';

/** The effect of the DynamicEnvs of a configuration on its objects. */
export interface WithEnvs {
  /** The VirtualServices that now have injected routes, as whole objects. */
  changed: readonly VirtualService[];
  /** The envs' DestinationRules. */
  added: readonly DestinationRule[];
}

/**
 * Runs the DynamicEnvs of a configuration in the in-memory cluster, which calls the service through its HTTP server. A
 * real Metacontroller would need a minute.
 */
export async function simulated(
  { id, older, newer, envs }: Configuration,
  stored: readonly KubeObject[],
): Promise<WithEnvs> {
  const config = decisionConfig({ ruleNamespaces: ['*'] });
  const { cluster, app } = await startSimulation(config, {
    strategy: 'server-side-apply',
    start: new Date().toISOString(),
  });
  const user = cluster.as();
  const namespaces = new Set(
    envs.flatMap(({ spec }) => spec.subsets?.map((s) => s.namespace) ?? []),
  );
  const bases = [...namespaces].map((name) => deployment(BASE_DEPLOYMENT, name, BASE_VERSION));
  for (const object of bases) await user.create(object);
  // `restore` keeps the creation times. Istio needs them to decide which of several rules it uses.
  const own = stored.filter(({ metadata }) => metadata.labels?.[CONFIGURATION_LABEL] === id);
  for (const object of own) cluster.restore(object);
  for (const env of envs) await user.create(env);
  await cluster.settle();
  const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;
  const before = new Map(
    [...older, ...newer].map((object) => [`${object.kind} ${nameOf(object)}`, object]),
  );
  const rules = cluster.list<DestinationRule>('DestinationRule');
  const routes = cluster.list<VirtualService>('VirtualService');
  await app.close();
  return {
    added: rules
      .filter((rule) => !before.has(`DestinationRule ${nameOf(rule)}`))
      .map(({ apiVersion, kind, metadata: { name, namespace }, spec }) =>
        withLabel(
          { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) }, spec },
          id,
        ),
      ),
    changed: routes.filter((vs) => {
      const old = before.get(`VirtualService ${nameOf(vs)}`) as VirtualService | undefined;
      return JSON.stringify(old?.spec) !== JSON.stringify(vs.spec);
    }),
  };
}
