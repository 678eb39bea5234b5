import { type MergedRule, mergeRules } from './destination-rules.ts';
import { fqdn } from './host.ts';
import { nameOf, namespaceOf } from './objects.ts';
import { isLocal, isPrivate } from './subset-lookup.ts';
import type { DestinationRule } from './types.ts';

/** A rule that is still to be created will be the youngest. */
const AFTER_ALL = '9999-12-31T23:59:59Z';

/**
 * The rules (`namespace/name`, sorted) whose subsets clients would lose if `rule` came to the existing ones.
 *
 * That `rule` has the same namespace, host, exportTo and workloadSelector as another one is not enough for a merge: istiod
 * goes through its entries for the host, and when the *last* one it looks at cannot take the rule in, the rule becomes an
 * entry of its own besides, which then decides alone. Of rules with exportTo `x`, `y`, `x`, in this order, namespace x gets
 * nothing but the third.
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
  // Then all are merged into one, as nearly always.
  if (isPlain(rule) && rivals.every(isPlain)) return [];
  const hidden = [isLocal, isPrivate, isExported]
    .filter((index) => index(rule))
    .flatMap((index) => {
      const merged = mergeRules([...rivals.filter(index), youngest(rule)], clusterDomain);
      return hiddenAmong(merged, nameOf(rule), index === isExported);
    });
  return [...new Set(hidden)].sort();
}

/** For everybody, and for all pods. */
function isPlain({ spec }: DestinationRule): boolean {
  return spec.exportTo === undefined && spec.workloadSelector === undefined;
}

/** Rules with a workloadSelector do not compete in this way: of those the first one that fits decides. */
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
