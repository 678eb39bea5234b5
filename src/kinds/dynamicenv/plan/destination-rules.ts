import {
  DEPLOYMENT_ANNOTATION,
  DYNAMIC_ENV_LABEL,
  ENVS_ANNOTATION,
  HOST_ANNOTATION,
} from '../../../api/marks.ts';
import { fqdn, hostSubsetOf, mostSpecificHost } from '../../../istio/host.ts';
import type { DestinationRule, Subset } from '../../../istio/types.ts';
import type { EnvSubsets } from './env-subsets.ts';
import { ruleName } from './names.ts';
import type { EnvService } from './services.ts';

/** A rule that defines the base's version of a host. */
export interface BaseRule {
  rule: DestinationRule;
  /** All subsets that select the base's pods and ask for the base's version; at least one. */
  subsets: Subset[];
}

/** Do the base's pods have every label that a subset asks for? The subset is known to ask for the base's version. */
export type IsOfBase = (subset: Subset) => boolean;

export interface RuleScope {
  clusterDomain: string;
  versionLabel: string;
  defaultVersion: string;
  isOfBase: IsOfBase;
  /** Namespaces beside the Service's own; `*`: all. */
  ruleNamespaces: readonly string[];
}

/**
 * The rules to clone for a host, in the given order. In each namespace only the rules of the most specific host
 * count, as in Istio: a rule for the host itself hides one for a wildcard that contains it.
 */
export function baseRules(
  rules: readonly DestinationRule[],
  { host, namespace }: EnvService,
  scope: RuleScope,
): BaseRule[] {
  const counted = rules.filter(({ metadata }) => {
    const own = metadata.namespace ?? '';
    return (
      own === namespace || scope.ruleNamespaces.includes('*') || scope.ruleNamespaces.includes(own)
    );
  });
  return decidingRules(counted, host, scope.clusterDomain)
    .map((rule) => ({ rule, subsets: defaultSubsets(rule, scope) }))
    .filter(({ subsets }) => subsets.length > 0);
}

/** Other people's rules that decide about a host for some client: in each namespace those of the most specific host. */
export function decidingRules(
  rules: readonly DestinationRule[],
  host: string,
  clusterDomain: string,
): DestinationRule[] {
  const others = rules.filter(({ metadata }) => metadata.labels?.[DYNAMIC_ENV_LABEL] === undefined);
  const byNamespace = Map.groupBy(others, ({ metadata }) => metadata.namespace ?? '');
  return [...byNamespace].flatMap(([own, candidates]) => {
    const hostOf = ({ spec }: DestinationRule) => fqdn(spec.host, own, clusterDomain);
    const decisive = mostSpecificHost(host, candidates.map(hostOf));
    return candidates.filter((rule) => hostOf(rule) === decisive);
  });
}

function defaultSubsets({ spec }: DestinationRule, scope: RuleScope): Subset[] {
  return (spec.subsets ?? []).filter(
    (subset) =>
      subset.labels?.[scope.versionLabel] === scope.defaultVersion && scope.isOfBase(subset),
  );
}

/**
 * The subset of a rule that conflicts with the env's subsets. One of the same name would be merged with the env's, and one that asks
 * for one of the env's marks would select the clone's pods.
 */
export function takenSubset(
  { spec }: DestinationRule,
  names: readonly string[],
  marks: Readonly<Record<string, string>>,
): string | undefined {
  const taken = (spec.subsets ?? []).find(
    ({ name, labels = {} }) =>
      names.includes(name) ||
      Object.entries(marks).some(
        ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
      ),
  );
  return taken?.name;
}

/** Other people's rules that can decide about a host: for the host or for a wildcard that contains it, in any namespace seen. */
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
  base: BaseRule,
  subsets: EnvSubsets,
  env: string,
  deployment: { namespace: string; name: string },
  { service, host }: EnvService,
): DestinationRule {
  const { rule } = base;
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
      subsets: subsets.of(base),
    },
  };
}
