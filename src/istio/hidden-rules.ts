import { type MergedRule, mergeRules } from './destination-rules.ts';
import { fqdn } from './host.ts';
import { nameOf, namespaceOf } from './objects.ts';
import { isLocal, isPrivate } from './subset-lookup.ts';
import type { DestinationRule } from './types.ts';

/** A rule that does not exist yet will be the youngest. */
const AFTER_ALL = '9999-12-31T23:59:59Z';

/**
 * The rules (`namespace/name`, sorted) whose subsets clients would lose if `rule` were created.
 *
 * Rules with the same namespace, host, exportTo and workloadSelector are not always merged. istiod goes through its
 * entries for the host. When the *last* one cannot accept the rule, the rule also becomes an entry of its own, which
 * then applies alone. Example: of rules with exportTo `x`, `y`, `x`, in this order, namespace x gets only the third.
 */
export function hiddenRules(
  rule: DestinationRule,
  existing: readonly DestinationRule[],
  clusterDomain: string,
): readonly string[] {
  const host = hostOf(rule, clusterDomain);
  const rivals = existing.filter(
    (other) =>
      nameOf(other) !== nameOf(rule) &&
      namespaceOf(other) === namespaceOf(rule) &&
      hostOf(other, clusterDomain) === host,
  );
  // Usual case: all of them are merged into one.
  if (isPlain(rule) && rivals.every(isPlain)) return [];
  const hidden = [isLocal, isPrivate, isExported]
    .filter((index) => index(rule))
    .flatMap((index) => {
      const merged = mergeRules([...rivals.filter(index), youngest(rule)], clusterDomain);
      return hiddenAmong(merged, nameOf(rule), index === isExported);
    });
  return [...new Set(hidden)].sort();
}

/** The rule applies to all clients. */
function isPlain({ spec }: DestinationRule): boolean {
  return spec.exportTo === undefined && spec.workloadSelector === undefined;
}

/**
 * The rules that clients no longer see because `name` has an entry of its own. Rules with a workloadSelector are not
 * hidden in this way: of those the first one that selects the client applies.
 */
function hiddenAmong(merged: readonly MergedRule[], name: string, byExport: boolean): string[] {
  const open = merged.filter(({ selector }) => !selector);
  const alone = open.find(({ from }) => from.length === 1 && from[0] === name);
  if (!alone) return [];
  return open
    .filter((entry) => entry !== alone && (!byExport || shareClient(entry, alone)))
    .flatMap(({ from }) => from.filter((other) => other !== name));
}

function shareClient(a: MergedRule, b: MergedRule): boolean {
  const everybody = [a, b].some(({ exportTo }) => exportTo.size === 0 || exportTo.has('*'));
  return everybody || [...a.exportTo].some((namespace) => b.exportTo.has(namespace));
}

function isExported(rule: DestinationRule): boolean {
  return !isPrivate(rule);
}

function hostOf(rule: DestinationRule, clusterDomain: string): string {
  return fqdn(rule.spec.host, namespaceOf(rule), clusterDomain);
}

function youngest(rule: DestinationRule): DestinationRule {
  const { creationTimestamp = AFTER_ALL } = rule.metadata;
  return { ...rule, metadata: { ...rule.metadata, creationTimestamp } };
}
