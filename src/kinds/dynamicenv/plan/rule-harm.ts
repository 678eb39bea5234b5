import { readable } from '../../../api/unreadable.ts';
import { hiddenRules } from '../../../istio/hidden-rules.ts';
import { fqdn } from '../../../istio/host.ts';
import { namespaceOf } from '../../../istio/objects.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { childKey } from '../observed.ts';
import { canJudge, ruleWork } from './too-much.ts';

export interface JudgedRules {
  rules: DestinationRule[];
  /** Clones that must not exist, and why. */
  harmful: { rule: DestinationRule; message: string }[];
}

/**
 * Parts the clones that may be created from those that would take other people's subsets away: equal host and exportTo
 * are not always enough for Istio to merge two rules. An env never comes before everybody else's requests.
 */
export function judgeRules(
  clones: readonly DestinationRule[],
  view: Pick<MeshView, 'rulesAbout'>,
  clusterDomain: string,
): JudgedRules {
  const judged = clones.map((rule) => ({
    rule,
    hidden: hiddenBy(rule, view, clusterDomain),
  }));
  return {
    rules: judged.filter(({ hidden }) => hidden.length === 0).map(({ rule }) => rule),
    harmful: judged
      .filter(({ hidden }) => hidden.length > 0)
      .map(({ rule, hidden }) => ({ rule, message: harm(rule, hidden) })),
  };
}

/** Which of an env's rules harm others now, as they are: somebody may have edited the rules beside them. By `childKey`. */
export function harmfulKeys(
  rules: readonly DestinationRule[],
  view: Pick<MeshView, 'rulesAbout'>,
  clusterDomain: string,
): ReadonlySet<string> {
  // One that somebody emptied hides nothing.
  const { objects } = readable('DestinationRule', rules);
  const work = objects.reduce((sum, rule) => sum + ruleWork(rivals(rule, view, clusterDomain)), 0);
  if (!canJudge(work)) return new Set();
  const harmful = objects.filter((rule) => hiddenBy(rule, view, clusterDomain).length > 0);
  return new Set(harmful.map(childKey));
}

function hiddenBy(
  rule: DestinationRule,
  view: Pick<MeshView, 'rulesAbout'>,
  clusterDomain: string,
): readonly string[] {
  return hiddenRules(rule, rivals(rule, view, clusterDomain), clusterDomain);
}

function rivals(
  rule: DestinationRule,
  view: Pick<MeshView, 'rulesAbout'>,
  clusterDomain: string,
): readonly DestinationRule[] {
  return view.rulesAbout(fqdn(rule.spec.host, namespaceOf(rule), clusterDomain));
}

function harm({ metadata, spec }: DestinationRule, hidden: readonly string[]): string {
  return `a DestinationRule for ${spec.host} in namespace ${metadata.namespace} would hide the subsets of ${hidden.join(' and ')} from their clients, because the exportTo of the rules for this host differ; give all of them the same exportTo`;
}
