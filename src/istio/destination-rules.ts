import { fqdn } from './host.ts';
import { compareAge, nameOf, namespaceOf } from './objects.ts';
import type { DestinationRule, Subset } from './types.ts';

/** A subset and the DestinationRule (`namespace/name`) that defines it. */
export interface MergedSubset {
  name: string;
  labels: Readonly<Record<string, string>>;
  rule: string;
}

/**
 * The result of merging one or more DestinationRules of one namespace for one host. `from`: their names, oldest first.
 */
export interface MergedRule {
  host: string;
  namespace: string;
  from: readonly string[];
  exportTo: ReadonlySet<string>;
  selector?: Readonly<Record<string, string>>;
  trafficPolicy?: Readonly<Record<string, unknown>>;
  subsets: readonly MergedSubset[];
}

/**
 * Merges rules as istiod does: within one namespace, and for one host each. Pass only the rules of one index (see
 * subset-lookup.ts): istiod also merges each index separately.
 * Source: mergeDestinationRule in istio `pilot/pkg/model/destination_rule.go`, with
 * ENABLE_ENHANCED_DESTINATIONRULE_MERGE on, its default.
 */
export function mergeRules(
  rules: readonly DestinationRule[],
  clusterDomain: string,
): readonly MergedRule[] {
  return [...rules]
    .sort(compareRules)
    .map((rule) => asMerged(rule, clusterDomain))
    .reduce<readonly MergedRule[]>(addRule, []);
}

/**
 * The namespaces that see the rule, as istiod stores it. A rule with a workloadSelector is always private, whatever its
 * exportTo says.
 */
export function exportedTo({ spec }: DestinationRule): ReadonlySet<string> {
  return new Set(spec.workloadSelector ? ['.'] : (spec.exportTo ?? []));
}

/** Rules with a workloadSelector come first, then the older ones (sortConfigBySelectorAndCreationTime). */
function compareRules(a: DestinationRule, b: DestinationRule): number {
  const selectors = Number(!a.spec.workloadSelector) - Number(!b.spec.workloadSelector);
  return selectors || compareAge(a, b);
}

function asMerged(rule: DestinationRule, clusterDomain: string): MergedRule {
  const { host, subsets = [], trafficPolicy, workloadSelector } = rule.spec;
  return {
    host: fqdn(host, namespaceOf(rule), clusterDomain),
    namespace: namespaceOf(rule),
    from: [nameOf(rule)],
    exportTo: exportedTo(rule),
    ...(workloadSelector ? { selector: workloadSelector.matchLabels ?? {} } : {}),
    ...(trafficPolicy ? { trafficPolicy } : {}),
    subsets: subsets.map((subset) => mergedSubset(subset, nameOf(rule))),
  };
}

function mergedSubset({ name, labels = {} }: Subset, rule: string): MergedSubset {
  return { name, labels, rule };
}

/**
 * Adds a rule to the merged entries. It is merged into each entry that it may join. It becomes an entry of its own
 * unless the last entry for its host accepted it.
 * Two details are the same in istiod, intended there or not: the last entry decides, and a rule without a selector is
 * merged into one with a selector when their exportTo is the same.
 */
function addRule(entries: readonly MergedRule[], rule: MergedRule): readonly MergedRule[] {
  let apart = true;
  const next = entries.map((entry) => {
    if (entry.host !== rule.host || entry.namespace !== rule.namespace) return entry;
    apart = staysApart(entry, rule);
    return joins(entry, rule) ? joined(entry, rule) : entry;
  });
  return apart ? [...next, rule] : next;
}

/**
 * Their exportTo must be the same set, or the newer rule's must include all of a non-empty exportTo of the older one.
 */
function joins(entry: MergedRule, rule: MergedRule): boolean {
  if (entry.selector && rule.selector && !sameLabels(entry.selector, rule.selector)) return false;
  return sameExport(entry, rule) || (entry.exportTo.size > 0 && includesExport(entry, rule));
}

function staysApart(entry: MergedRule, rule: MergedRule): boolean {
  if (!joins(entry, rule)) return true;
  const alike = (entry.selector === undefined) === (rule.selector === undefined);
  return !alike && !sameExport(entry, rule);
}

function includesExport(entry: MergedRule, rule: MergedRule): boolean {
  return [...entry.exportTo].every((target) => rule.exportTo.has(target));
}

function sameExport(entry: MergedRule, rule: MergedRule): boolean {
  return entry.exportTo.size === rule.exportTo.size && includesExport(entry, rule);
}

function sameLabels(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** The first subset of a name and the first traffic policy win. */
function joined(entry: MergedRule, rule: MergedRule): MergedRule {
  return {
    ...(rule.trafficPolicy ? { trafficPolicy: rule.trafficPolicy } : {}),
    ...entry,
    from: [...entry.from, ...rule.from],
    subsets: unseen(entry.subsets, rule.subsets),
  };
}

function unseen(
  known: readonly MergedSubset[],
  more: readonly MergedSubset[],
): readonly MergedSubset[] {
  const names = new Set(known.map(({ name }) => name));
  return [...known, ...more.filter(({ name }) => !names.has(name))];
}
