import type { RouteInjection } from '../../../api/routeinjection.ts';
import { fqdn } from '../../../istio/host.ts';
import { namespaceOf } from '../../../istio/objects.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import { memoizedForLast } from '../../../k8s/memoize.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import type { EnvContext } from '../context.ts';
import { childKey, injectionBaseKey, type Observed } from '../observed.ts';
import { ofBase, ofLostBase, podLabelsOf } from './base-labels.ts';
import { wrongVersion } from './base-trouble.ts';
import {
  type BaseRule,
  baseRules,
  cloneRule,
  decidingRules,
  type IsOfBase,
} from './destination-rules.ts';
import { envSubsets } from './env-subsets.ts';
import { exposedSubsets } from './exposed.ts';
import { routeInjection } from './injections.ts';
import { servicesOfLostBase } from './lost-base.ts';
import { baseSubsetName, noRule } from './no-rule.ts';
import { judgeRules } from './rule-harm.ts';
import { type EnvService, servicesOf } from './services.ts';
import type { EnvWorkload } from './workloads.ts';

/** Why a workload cannot be as the spec asks; `section` as in `subsetErrors` of the status. */
export interface Problem {
  section: 'deployment' | 'destinationRule' | 'virtualServices' | 'subset';
  message: string;
}

export interface HostPlan extends EnvService {
  /** The wanted rules, one for each base rule; empty: the host has no rule with the base's subset. */
  rules: DestinationRule[];
  /** Why `rules` is empty, and what to do; absent for consumers, which need no rules. */
  missing?: string;
  /** Rules that must not exist, because they would harm other people's requests. */
  harmful: DestinationRule[];
  injection: RouteInjection;
  /** The rules have old subsets that are to be removed later, see `carry-over.ts`. */
  isCarried?: true;
  /** Seconds until the next stage may begin. */
  wait?: number;
  /** The requests go to another Service: no rule is needed. */
  isRuleless?: true;
  /** The requests still go to the target before: what the new one waits for. */
  held?: string;
}

/** What the subset of an env selects: a clone, or a Deployment that exists already. */
export interface SubsetTarget {
  name: string;
  /** Labels of its pods. */
  labels: Readonly<Record<string, string>>;
  /** The labels that its subset asks for. */
  marks: Readonly<Record<string, string>>;
  isExisting?: true;
}

export interface PlannedHost {
  plan: HostPlan;
  problems: Problem[];
}

/** What a workload should have for each of its Services. */
export function planHosts(
  entry: EnvWorkload,
  base: Deployment | undefined,
  target: SubsetTarget,
  context: EnvContext,
): PlannedHost[] {
  const { env, view, config } = context;
  const { workload } = entry;
  const { versionLabel, clusterDomain } = config;
  const defaultVersion = workload.defaultVersion ?? config.defaultVersion;
  const cloneLabels = target.labels;
  const baseLabels = base && podLabelsOf(base);
  const existing = target.isExisting ? { existing: target.name } : {};
  return serviceHosts(entry, base, cloneLabels, defaultVersion, context).map((service) => {
    const about = view.rulesAbout(service.host);
    const isOfBase = baseTest(entry, base, cloneLabels, service.host, context);
    const leading = baseRules(about, service, { ...config, defaultVersion, isOfBase });
    const bases = entry.kind === 'consumer' ? [] : leading;
    const names = leading.flatMap(({ subsets }) => subsets.map(({ name }) => name));
    const to = envSubsets(bases, {
      name: target.name,
      distinction: distinction(bases, service.host, entry, target, context),
      marks: target.marks,
    });
    const others = withoutOwn(decidingRules(about, service.host, config.clusterDomain), context);
    const exposed = exposedSubsets(others, {
      clone: cloneLabels,
      podLabels: workload.podLabels ?? {},
      isOfBase,
      versionLabel,
      baseLabels,
      defaultVersion,
      ...existing,
    });
    const clones = bases.map((rule) => cloneRule(rule, to, env.metadata.name, workload, service));
    const { rules, harmful } = judgeRules(clones, view, config.clusterDomain);
    const isNamed = base === undefined || !wrongVersion(base, versionLabel, defaultVersion);
    // A subset that would select none of the base's pods is not advised.
    const wished = isNamed ? [baseSubsetName(defaultVersion, others)] : [];
    const from = names.length === 0 ? wished : names;
    return {
      problems: harmful.map(({ message }) => ({ section: 'destinationRule', message })),
      plan: {
        ...service,
        rules,
        ...(entry.kind === 'consumer' || bases.length > 0
          ? {}
          : {
              missing: noRule(service.host, view, {
                labels: baseLabels,
                versionLabel,
                defaultVersion,
                clusterDomain,
                namespaces: [service.namespace, ...config.ruleNamespaces],
              }),
            }),
        harmful: harmful.map(({ rule }) => rule),
        injection: routeInjection(env, entry, service.host, {
          from,
          to,
          exposed,
          target: target.name,
        }),
      },
    };
  });
}

function baseTest(
  entry: EnvWorkload,
  base: Deployment | undefined,
  clone: Record<string, string>,
  host: string,
  { observed, config }: EnvContext,
): IsOfBase {
  if (base !== undefined) return ofBase(podLabelsOf(base));
  const known = observed.injections.find(
    (one) => injectionBaseKey(one) === entry.key && one.spec.host === host,
  );
  return ofLostBase(entry, clone, config.versionLabel, known);
}

/**
 * A rule for a wildcard host is cloned as such, and merged with those of Services in other namespaces, where another env's clone may
 * have the same name. Within one namespace names are unique.
 */
function distinction(
  bases: readonly BaseRule[],
  host: string,
  { workload: { namespace } }: EnvWorkload,
  { isExisting }: SubsetTarget,
  { env, config }: EnvContext,
): string[] {
  // Several envs may have a subset for the same Deployment, and a clone may have had its name.
  if (isExisting) return ['existing', namespace, env.metadata.name];
  const isShared = bases.some(
    ({ rule }) => fqdn(rule.spec.host, namespaceOf(rule), config.clusterDomain) !== host,
  );
  return isShared ? [namespace, env.metadata.name] : [];
}

/** Every host asks. */
const ownKeys = memoizedForLast(({ rules }: Observed) => new Set(rules.map(childKey)));

/** Without the env's own rules: one whose label somebody removed is seen among other people's. */
export function withoutOwn(rules: readonly DestinationRule[], { observed }: EnvContext) {
  const own = ownKeys(observed);
  return own.size === 0 ? rules : rules.filter((rule) => !own.has(childKey(rule)));
}

function serviceHosts(
  entry: EnvWorkload,
  base: Deployment | undefined,
  clone: Readonly<Record<string, string>>,
  defaultVersion: string,
  { observed, view, config }: EnvContext,
): EnvService[] {
  const { namespace } = entry.workload;
  const { clusterDomain, versionLabel } = config;
  const version = { [versionLabel]: defaultVersion };
  const labels = base === undefined ? { ...clone, ...version } : podLabelsOf(base);
  const services = view.servicesAskingFor(namespace, labels, clone);
  return base === undefined
    ? servicesOfLostBase(services, entry, clone, version, observed, clusterDomain)
    : servicesOf(services, labels, clone, clusterDomain);
}
