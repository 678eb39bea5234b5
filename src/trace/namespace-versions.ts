import {
  VIRTUAL_ENVIRONMENT_GROUP,
  VIRTUAL_ENVIRONMENT_KIND,
  type VirtualEnvironment,
} from '../api/virtualenvironment.ts';
import { namespaceOf } from '../istio/objects.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { Service } from '../k8s/workload.ts';
import { levelRules } from '../kinds/virtual-environment/level-rules.ts';
import { olderThan } from '../kinds/virtual-environment/oldest.ts';
import { serviceVersions } from '../kinds/virtual-environment/service-versions.ts';
import type {
  Workload as LabelledWorkload,
  LevelRules,
  ServiceVersions,
} from '../kinds/virtual-environment/types.ts';
import { isEnvObject } from './env-object.ts';

/** The VirtualEnvironment of a namespace, and the versions that it sees there. */
export interface NamespaceVersions {
  environment: VirtualEnvironment;
  rules: LevelRules;
  /** The Services with versions, by name. */
  services: ReadonlyMap<string, ServiceVersions>;
}

/** By namespace. Of several VirtualEnvironments in a namespace the oldest counts, as for its controller. */
export function versionsByNamespace(
  objects: readonly KubeObject[],
): ReadonlyMap<string, NamespaceVersions> {
  const environments = Map.groupBy(objects.filter(isVirtualEnvironment), namespaceOf);
  return new Map(
    [...environments].flatMap(([namespace, all]) => {
      const environment = all.find((one) => olderThan(one, all) === undefined);
      if (environment === undefined) return [];
      const here = objects.filter((one) => namespaceOf(one) === namespace && !isEnvObject(one));
      const { rules } = levelRules(environment);
      const { services } = serviceVersions(
        here.filter(
          ({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1',
        ) as Service[],
        here.filter(({ kind }) => VERSIONED.includes(kind)) as LabelledWorkload[],
        rules,
      );
      const versioned = services.filter(({ versions }) => versions.length > 0);
      const byName = new Map(versioned.map((one) => [one.service.metadata.name, one]));
      return [[namespace, { environment, rules, services: byName }] as const];
    }),
  );
}

const VERSIONED = ['Deployment', 'StatefulSet'];

function isVirtualEnvironment({ kind, apiVersion }: KubeObject): boolean {
  return (
    kind === VIRTUAL_ENVIRONMENT_KIND && apiVersion.startsWith(`${VIRTUAL_ENVIRONMENT_GROUP}/`)
  );
}
