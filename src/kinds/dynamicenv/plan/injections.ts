import type { DynamicEnv } from '../../../api/dynamicenv.ts';
import { API_VERSION, DYNAMIC_ENV_LABEL, ENVS_ANNOTATION, HOST_LABEL } from '../../../api/marks.ts';
import { hostLabelValue } from '../../../api/route-name.ts';
import type {
  ExposedSubset,
  RouteInjection,
  RouteInjectionSpec,
  TargetService,
} from '../../../api/routeinjection.ts';
import { byText } from '../../../k8s/canonical.ts';
import type { EnvSubsets } from './env-subsets.ts';
import { cloneName, injectionName } from './names.ts';
import type { EnvWorkload } from './workloads.ts';

/** The subsets of a host that an injection names, and what it leads to. */
interface Subsets {
  from: readonly string[];
  to: Pick<EnvSubsets, 'name' | 'others'> | { service: TargetService };
  exposed: ExposedSubset[];
  /** Default: the clone's name. */
  target?: string;
}

/** The RouteInjection of a workload for one host, not active yet. */
export function routeInjection(
  env: DynamicEnv,
  { kind, workload }: EnvWorkload,
  host: string,
  { from, to, exposed, target = cloneName(workload.name, env.metadata.name) }: Subsets,
): RouteInjection {
  const { name } = env.metadata;
  const { namespace, name: deployment } = workload;
  return {
    apiVersion: API_VERSION,
    kind: 'RouteInjection',
    metadata: {
      name: injectionName({ env: name, namespace, deployment, host }),
      labels: { [HOST_LABEL]: hostLabelValue(host), [DYNAMIC_ENV_LABEL]: 'true' },
      annotations: { [ENVS_ANNOTATION]: name },
    },
    spec: {
      env: name,
      envCreationTimestamp: env.metadata.creationTimestamp ?? '',
      deployment: { namespace, name: deployment },
      clone: target,
      host,
      from: [...new Set(from)].sort(byText),
      ...(kind === 'subset' ? targetsOf(to) : {}),
      ...(exposed.length === 0 ? {} : { exposed }),
      matches: env.spec.istioMatches ?? [],
      ...(env.spec.ref === undefined ? {} : { ref: env.spec.ref }),
      active: false,
    },
  };
}

function targetsOf(to: Subsets['to']): Pick<RouteInjectionSpec, 'subset' | 'subsets' | 'service'> {
  if ('service' in to) return to;
  const { name, others } = to;
  return { subset: name, ...(Object.keys(others).length === 0 ? {} : { subsets: others }) };
}
