import type { DynamicEnv, ScopeEntry } from '../../api/dynamicenv.ts';
import { API_VERSION, envLabel, NOT_OURS, REF_LABEL, WORKLOAD_LABEL } from '../../api/marks.ts';
import { MESH_INDEX_NAME } from '../../api/meshindex.ts';
import type { RelatedRule } from '../../hooks/types.ts';
import { byText } from '../../k8s/canonical.ts';
import { workloadHash } from './events/subscriber.ts';
import { cloneName } from './plan/names.ts';
import { type EnvWorkload, envWorkloads } from './plan/workloads.ts';
import type { EnvSettings } from './settings.ts';

const ISTIO = 'networking.istio.io/v1';

/** The objects that an env's decisions need. Computed from its spec alone, because Metacontroller caches the answer. */
export function relatedToEnv(env: DynamicEnv, config: EnvSettings): RelatedRule[] {
  const name = env.metadata.name;
  const byNamespace = Map.groupBy(envWorkloads(env), ({ workload }) => workload.namespace);
  const perNamespace = [...byNamespace].flatMap(([namespace, workloads]): RelatedRule[] => {
    const bases = unique(workloads.map(({ workload }) => workload.name));
    const clones = bases.map((base) => cloneName(base, name));
    const existing = workloads.flatMap(({ workload }) => workload.existing?.deployment ?? []);
    return [
      // The clones' names, too: another object may already have one.
      {
        apiVersion: 'apps/v1',
        resource: 'deployments',
        namespace,
        names: unique([...bases, ...clones, ...existing]),
      },
      { apiVersion: 'apps/v1', resource: 'statefulsets', namespace, names: bases },
      ...services(namespace, config),
    ];
  });
  const inScope = unique(scopeNamespaces(env)).filter((namespace) => !byNamespace.has(namespace));
  return [
    ...perNamespace,
    ...(env.spec.scope ?? []).flatMap(workloadsInScope),
    ...inScope.flatMap((namespace) => services(namespace, config)),
    ...environments(env, config),
    ...destinationRules(env, config),
    ...meshIndexes(env, config),
    ...subscribers(env),
    virtualServices(name),
  ];
}

function services(namespace: string, { indexedNamespaces }: EnvSettings): RelatedRule[] {
  return indexedNamespaces.includes(namespace)
    ? []
    : [{ apiVersion: 'v1', resource: 'services', namespace }];
}

/** A clone is no base, and clones may be many. */
function workloadsInScope({ namespace, selector = {} }: ScopeEntry): RelatedRule[] {
  const { matchLabels, matchExpressions = [] } = selector;
  const labelSelector = {
    ...(matchLabels === undefined ? {} : { matchLabels }),
    matchExpressions: [...matchExpressions, ...(NOT_OURS.matchExpressions ?? [])],
  };
  return ['deployments', 'statefulsets'].map((resource) => ({
    apiVersion: 'apps/v1',
    resource,
    namespace,
    labelSelector,
  }));
}

/** All of them: which ones an Environment extends is not in the env's spec. */
function environments({ spec }: DynamicEnv, { withoutEnvironments }: EnvSettings): RelatedRule[] {
  return spec.environment === undefined || withoutEnvironments
    ? []
    : [{ apiVersion: API_VERSION, resource: 'environments' }];
}

function destinationRules(env: DynamicEnv, config: EnvSettings): RelatedRule[] {
  const rule = { apiVersion: ISTIO, resource: 'destinationrules', labelSelector: NOT_OURS };
  const namespaces = ruleNamespaces(env, config);
  if (namespaces.includes('*')) return [rule];
  return namespaces
    .filter((namespace) => !config.indexedNamespaces.includes(namespace))
    .map((namespace) => ({ ...rule, namespace }));
}

/** Namespaces whose DestinationRules an env reads; `*`: all. Consumers count, too: another subset may select their pods. */
export function ruleNamespaces(env: DynamicEnv, config: EnvSettings): string[] {
  return rulesBeside([...namespacesOf(envWorkloads(env)), ...scopeNamespaces(env)], config);
}

/** Those without which nothing can be decided. For a consumer, which gets no routes, missing rules only mean fewer warnings. */
export function neededRuleNamespaces(env: DynamicEnv, config: EnvSettings): string[] {
  const subsets = envWorkloads(env).filter(({ kind }) => kind === 'subset');
  return rulesBeside([...namespacesOf(subsets), ...scopeNamespaces(env)], config);
}

/** The namespaces whose Services an env reads. */
export function serviceNamespaces(env: DynamicEnv): string[] {
  return [...namespacesOf(envWorkloads(env)), ...scopeNamespaces(env)];
}

function namespacesOf(workloads: readonly EnvWorkload[]): string[] {
  return workloads.map(({ workload }) => workload.namespace);
}

/** At removal the spec has not been validated. */
function scopeNamespaces({ spec: { scope } }: DynamicEnv): string[] {
  return Array.isArray(scope) ? scope.map(({ namespace }) => namespace) : [];
}

function rulesBeside(namespaces: readonly string[], config: EnvSettings): string[] {
  return namespaces.length === 0 ? [] : unique([...namespaces, ...config.ruleNamespaces]);
}

/**
 * The indexes, and their Namespaces: if a Namespace comes, its index was asked for. The flag `indexedNamespaces` cannot tell that,
 * since Metacontroller caches this answer for 20 minutes, and the service may be restarted with other flags meanwhile.
 */
function meshIndexes(env: DynamicEnv, config: EnvSettings): RelatedRule[] {
  const namespaces = unique([...serviceNamespaces(env), ...ruleNamespaces(env, config)]).filter(
    (namespace) => config.indexedNamespaces.includes(namespace),
  );
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

/** Those of other envs with the same ref on one of the workloads: one of them may handle its messages already. */
function subscribers(env: DynamicEnv): RelatedRule[] {
  const { ref } = env.spec;
  const sharing = envWorkloads(env).filter(({ workload }) => workload.events !== undefined);
  if (ref === undefined || sharing.length === 0) return [];
  const values = unique(sharing.map(({ key }) => workloadHash(key)));
  return [
    {
      apiVersion: API_VERSION,
      resource: 'subscribers',
      labelSelector: {
        matchLabels: { [REF_LABEL]: ref },
        matchExpressions: [{ key: WORKLOAD_LABEL, operator: 'In', values }],
      },
    },
  ];
}

/** Does some workload of the env share its messages? */
export function hasEvents(env: DynamicEnv): boolean {
  return subscribers(env).length > 0;
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
