import { fqdn } from './host.ts';
import { compareAge, nameOf, namespaceOf } from './objects.ts';
import type { DestinationRule, Subset } from './types.ts';

/** A subset and the rule (`namespace/name`) that it comes from. */
export interface MergedSubset {
  name: string;
  labels: Readonly<Record<string, string>>;
  rule: string;
}

/** What Istio makes of one or more DestinationRules of one namespace for one host. `from`: their names, oldest first. */
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
 * Merge rules the way istiod does, within one namespace and for one host each. Give it only rules of one index (see
 * subset-lookup.ts): istiod merges per index too.
 * Source: mergeDestinationRule in istio `pilot/pkg/model/destination_rule.go`, with ENABLE_ENHANCED_DESTINATIONRULE_MERGE
 * on, its default.
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

/** Who sees the rule, as istiod stores it. One with a workloadSelector is private, whatever it says. */
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
 * Add a rule to the entries there are: into each one it may join, and as an entry of its own unless the last entry for
 * its host took it in. That the last one decides, and that a rule without selector disappears into one with a selector
 * when their exportTo is the same, is what istiod does; whether it is meant is another question.
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

/** exportTo has to be the same set, or the newer one has to include all of an older one that is not empty. */
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
