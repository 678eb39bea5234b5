import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { API_VERSION, envLabel, NOT_OURS } from '../../api/marks.ts';
import { MESH_INDEX_NAME } from '../../api/meshindex.ts';
import type { RelatedRule } from '../../hooks/types.ts';
import { byText } from '../../k8s/canonical.ts';
import { cloneName } from './plan/names.ts';
import { type EnvWorkload, envWorkloads } from './plan/workloads.ts';
import type { EnvSettings } from './settings.ts';

const ISTIO = 'networking.istio.io/v1';

/** What an env's decisions need to see; from its spec alone, because Metacontroller keeps the answer. */
export function relatedToEnv(env: DynamicEnv, config: EnvSettings): RelatedRule[] {
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
      ...(config.indexedNamespaces.includes(namespace)
        ? []
        : [{ apiVersion: 'v1', resource: 'services', namespace }]),
    ];
  });
  return [
    ...perNamespace,
    ...destinationRules(env, config),
    ...meshIndexes(env, config),
    virtualServices(name),
  ];
}

function destinationRules(env: DynamicEnv, config: EnvSettings): RelatedRule[] {
  const rule = { apiVersion: ISTIO, resource: 'destinationrules', labelSelector: NOT_OURS };
  const namespaces = ruleNamespaces(env, config);
  if (namespaces.includes('*')) return [rule];
  return namespaces
    .filter((namespace) => !config.indexedNamespaces.includes(namespace))
    .map((namespace) => ({ ...rule, namespace }));
}

/** Whose DestinationRules an env looks at, `*`: all; for a consumer, too, since somebody's subset may select its pods. */
export function ruleNamespaces(env: DynamicEnv, config: EnvSettings): string[] {
  return rulesBeside(envWorkloads(env), config);
}

/** Those without which nothing can be decided. A consumer is not routed to: without rules there is only less to warn of. */
export function neededRuleNamespaces(env: DynamicEnv, config: EnvSettings): string[] {
  return rulesBeside(
    envWorkloads(env).filter(({ kind }) => kind === 'subset'),
    config,
  );
}

function rulesBeside(workloads: readonly EnvWorkload[], config: EnvSettings): string[] {
  if (workloads.length === 0) return [];
  return unique([...workloads.map(({ workload }) => workload.namespace), ...config.ruleNamespaces]);
}

/**
 * The indexes, and the Namespaces beside them: that a Namespace comes tells a sync that its index was asked for. The list
 * cannot tell, since Metacontroller keeps this answer for 20 minutes, whatever the service is started with meanwhile.
 */
function meshIndexes(env: DynamicEnv, config: EnvSettings): RelatedRule[] {
  const namespaces = unique([
    ...envWorkloads(env).map(({ workload }) => workload.namespace),
    ...ruleNamespaces(env, config),
  ]).filter((namespace) => config.indexedNamespaces.includes(namespace));
  if (namespaces.length === 0) return [];
  return [
    ...namespaces.map((namespace) => ({
      apiVersion: API_VERSION,
      resource: 'meshindexes',
      namespace,
      names: [MESH_INDEX_NAME],
    })),
    { apiVersion: 'v1', resource: 'namespaces', names: namespaces },
  ];
}

function virtualServices(env: string): RelatedRule {
  const key = envLabel(env);
  return {
    apiVersion: ISTIO,
    resource: 'virtualservices',
    labelSelector: { matchExpressions: [{ key, operator: 'Exists' }] },
  };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(byText);
}
