import type { DynamicEnv } from '../../../../src/api/dynamicenv.ts';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import { destinationRules } from './destination-rules.ts';
import { dynamicEnvs } from './envs.ts';
import { createRandom } from './random.ts';
import { type PlannedRequest, plannedRequests } from './requests.ts';
import { services } from './services.ts';
import { type Scope, virtualServices } from './virtual-services.ts';

/** Label of everything that belongs to a configuration. */
export const CONFIGURATION_LABEL = 'configuration';

/**
 * Generated objects, and requests to their hosts. No two configurations have a host in common, so that one mesh can
 * have many configurations.
 */
export interface Configuration {
  id: string;
  services: readonly KubeObject[];
  /** VirtualServices and DestinationRules. Those in `older` are created before those in `newer`. */
  older: readonly KubeObject[];
  newer: readonly KubeObject[];
  envs: readonly DynamicEnv[];
  requests: readonly PlannedRequest[];
}

/** Every third configuration has envs. */
const WITH_ENVS = 3;

/** Generates a configuration. It depends only on the arguments. */
export function configuration(seed: number, index: number, requestCount: number): Configuration {
  const random = createRandom(seed, index);
  const id = `c${String(index).padStart(3, '0')}`;
  const hasEnvs = index % WITH_ENVS === 0;
  const { objects, places } = services(id, random);
  const foreign = [`shop.${id}.example.com`, `api.${id}.example.com`];
  const scope: Scope = {
    id,
    services: places,
    foreign,
    authorities: [...places.map(({ host }) => host), ...foreign],
    hasEnvs,
  };
  const routes = virtualServices(scope, random);
  const rules = destinationRules(scope, random);
  const [first] = places;
  const envs = hasEnvs && first ? dynamicEnvs(first, random) : [];
  const labelled = [...routes, ...rules].map((object) => withLabel(object, id));
  const older = random.some(labelled, Math.ceil(labelled.length / 2));
  return {
    id,
    services: objects.map((object) => withLabel(object, id)),
    older,
    newer: labelled.filter((object) => !older.includes(object)),
    envs,
    requests: plannedRequests(scope, routes, envs, random, requestCount),
  };
}

export function withLabel<T extends KubeObject>(object: T, id: string): T {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, labels: { ...metadata.labels, [CONFIGURATION_LABEL]: id } },
  };
}
