import type { DynamicEnv } from '../api/dynamicenv.ts';
import { envId } from '../api/env-id.ts';
import { DYNAMIC_ENV_LABEL, ENV_LABEL_PREFIX } from '../api/marks.ts';
import type { RelatedRule } from '../hooks/types.ts';
import { byText } from '../k8s/canonical.ts';
import type { LabelSelector } from '../k8s/object.ts';
import type { DecisionConfig } from './config.ts';
import { cloneName } from './names.ts';
import { envWorkloads } from './workloads.ts';

const ISTIO = 'networking.istio.io/v1';
/** The clones are many, and come as children anyway. */
const NOT_OURS: LabelSelector = {
  matchExpressions: [{ key: DYNAMIC_ENV_LABEL, operator: 'DoesNotExist' }],
};

/** What an env's decisions need to see; from its spec alone, because Metacontroller keeps the answer. */
export function relatedToEnv(env: DynamicEnv, config: DecisionConfig): RelatedRule[] {
  const name = env.metadata.name;
  const byNamespace = Map.groupBy(envWorkloads(env), ({ workload }) => workload.namespace);
  const perNamespace = [...byNamespace].flatMap(([namespace, workloads]): RelatedRule[] => {
    const bases = unique(workloads.map(({ workload }) => workload.name));
    const clones = bases.map((base) => cloneName(base, name));
    return [
      // The clones' names too: somebody else's object may have one.
      {
        apiVersion: 'apps/v1',
        resource: 'deployments',
        namespace,
        names: unique([...bases, ...clones]),
      },
      { apiVersion: 'apps/v1', resource: 'statefulsets', namespace, names: bases },
      { apiVersion: 'v1', resource: 'services', namespace },
    ];
  });
  return [...perNamespace, ...destinationRules(env, config), virtualServices(name)];
}

function destinationRules(env: DynamicEnv, config: DecisionConfig): RelatedRule[] {
  const rule = { apiVersion: ISTIO, resource: 'destinationrules', labelSelector: NOT_OURS };
  const subsets = envWorkloads(env).filter(({ kind }) => kind === 'subset');
  if (subsets.length === 0) return [];
  if (config.ruleNamespaces.includes('*')) return [rule];
  const namespaces = [
    ...subsets.map(({ workload }) => workload.namespace),
    ...config.ruleNamespaces,
  ];
  return unique(namespaces).map((namespace) => ({ ...rule, namespace }));
}

function virtualServices(env: string): RelatedRule {
  const key = `${ENV_LABEL_PREFIX}${envId(env)}`;
  return {
    apiVersion: ISTIO,
    resource: 'virtualservices',
    labelSelector: { matchExpressions: [{ key, operator: 'Exists' }] },
  };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(byText);
}
