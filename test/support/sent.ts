import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import type { ObjectMap } from '../../src/hooks/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { relatedToEnv } from '../../src/kinds/dynamicenv/customize.ts';
import type { DecisionConfig } from '../../src/kinds/kinds.ts';
import { objectMap } from './objects.ts';
import { DISCOVERY } from './own-kinds.ts';

/** An env's related objects as Metacontroller sends them: one group for each rule, even if the group is empty. */
export function relatedMap(
  env: DynamicEnv,
  config: DecisionConfig,
  objects: readonly KubeObject[],
): ObjectMap {
  const groups = relatedToEnv(env, config).map(
    ({ apiVersion, resource }) =>
      `${DISCOVERY.resourceOf(apiVersion, resource)?.kind}.${apiVersion}`,
  );
  return { ...empty(groups), ...objectMap(objects) };
}

/** An env's children as Metacontroller sends them: one group for each child kind, even if the group is empty. */
export function childrenMap(objects: readonly KubeObject[]): ObjectMap {
  return { ...empty(CHILDREN), ...objectMap(objects) };
}

const CHILDREN = [
  'Deployment.apps/v1',
  'DestinationRule.networking.istio.io/v1',
  'RouteInjection.riskified.com/v1alpha1',
  'Subscriber.riskified.com/v1alpha1',
];

function empty(groups: readonly string[]): ObjectMap {
  return Object.fromEntries(groups.map((key) => [key, {}]));
}
