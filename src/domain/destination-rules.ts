import { envId } from '../api/env-id.ts';
import {
  DEPLOYMENT_ANNOTATION,
  DYNAMIC_ENV_LABEL,
  ENVS_ANNOTATION,
  HOST_ANNOTATION,
} from '../api/marks.ts';
import { fqdn, hostSubsetOf, mostSpecificHost } from '../istio/host.ts';
import type { DestinationRule, Subset } from '../istio/types.ts';
import { ruleName } from './names.ts';
import type { ServiceHost } from './services.ts';

/** A rule that defines the base's version of a host. */
export interface BaseRule {
  rule: DestinationRule;
  /** The (first) subset with the base's version label. */
  subset: Subset;
  /** The names of all subsets with that label. */
  names: string[];
}

export interface RuleScope {
  clusterDomain: string;
  versionLabel: string;
  defaultVersion: string;
  /** Namespaces beside the Service's own; `*`: all. */
  ruleNamespaces: readonly string[];
}

/**
 * The rules to clone for a host, in the given order. In each namespace only the rules of the most specific host
 * count, as in Istio: a rule for the host itself hides one for a wildcard that contains it.
 */
export function baseRules(
  rules: readonly DestinationRule[],
  { host, namespace }: ServiceHost,
  scope: RuleScope,
): BaseRule[] {
  const counted = rules.filter(({ metadata }) => {
    const own = metadata.namespace ?? '';
    return (
      metadata.labels?.[DYNAMIC_ENV_LABEL] === undefined &&
      (own === namespace ||
        scope.ruleNamespaces.includes('*') ||
        scope.ruleNamespaces.includes(own))
    );
  });
  const byNamespace = Map.groupBy(counted, ({ metadata }) => metadata.namespace ?? '');
  return [...byNamespace].flatMap(([own, candidates]) => {
    const hostOf = ({ spec }: DestinationRule) => fqdn(spec.host, own, scope.clusterDomain);
    const decisive = mostSpecificHost(host, candidates.map(hostOf));
    return candidates
      .filter((rule) => hostOf(rule) === decisive)
      .flatMap((rule) => {
        const subsets = defaultSubsets(rule, scope);
        const [subset] = subsets;
        return subset === undefined
          ? []
          : [{ rule, subset, names: subsets.map(({ name }) => name) }];
      });
  });
}

function defaultSubsets({ spec }: DestinationRule, scope: RuleScope): Subset[] {
  return (spec.subsets ?? []).filter(
    ({ labels }) => labels?.[scope.versionLabel] === scope.defaultVersion,
  );
}

/**
 * Does this rule mean something by the env's id already? A subset of that name would be merged with the env's, and one
 * that selects pods with that version would take the clone's for its own.
 */
export function definesSubset(
  { spec }: DestinationRule,
  env: string,
  versionLabel: string,
): boolean {
  const id = envId(env);
  return (spec.subsets ?? []).some(
    ({ name, labels }) => name === id || labels?.[versionLabel] === id,
  );
}

/** Somebody's rules that can decide about a host: for itself or for a wildcard that contains it, in any namespace seen. */
export function rulesFor(
  rules: readonly DestinationRule[],
  host: string,
  clusterDomain: string,
): DestinationRule[] {
  return rules.filter(({ metadata, spec }) => {
    const full = fqdn(spec.host, metadata.namespace ?? '', clusterDomain);
    return metadata.labels?.[DYNAMIC_ENV_LABEL] === undefined && hostSubsetOf(host, full);
  });
}

/**
 * The clone of one base rule: same host, exportTo and workloadSelector, or Istio would not merge the two and one
 * would hide the other's subsets; no top-level trafficPolicy, because the first one met wins whole
 * (https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services).
 */
export function cloneRule(
  { rule, subset }: Pick<BaseRule, 'rule' | 'subset'>,
  env: string,
  deployment: { namespace: string; name: string },
  { service, host }: ServiceHost,
  versionLabel: string,
): DestinationRule {
  const { namespace = '' } = rule.metadata;
  const parts = { env, namespace: deployment.namespace, deployment: deployment.name, host };
  const { host: ruleHost, exportTo, workloadSelector } = rule.spec;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: {
      name: ruleName(parts, service, `${namespace}/${rule.metadata.name}`),
      namespace,
      labels: { [DYNAMIC_ENV_LABEL]: 'true' },
      annotations: {
        [ENVS_ANNOTATION]: env,
        [DEPLOYMENT_ANNOTATION]: `${deployment.namespace}/${deployment.name}`,
        [HOST_ANNOTATION]: host,
      },
    },
    spec: {
      host: ruleHost,
      ...(exportTo === undefined ? {} : { exportTo }),
      ...(workloadSelector === undefined ? {} : { workloadSelector }),
      subsets: [
        {
          name: envId(env),
          labels: { ...subset.labels, [versionLabel]: envId(env) },
          ...(subset.trafficPolicy === undefined ? {} : { trafficPolicy: subset.trafficPolicy }),
        },
      ],
    },
  };
}
