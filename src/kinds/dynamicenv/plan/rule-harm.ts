import { readable } from '../../../api/unreadable.ts';
import { hiddenRules } from '../../../istio/hidden-rules.ts';
import { fqdn } from '../../../istio/host.ts';
import { namespaceOf } from '../../../istio/objects.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { childKey } from '../observed.ts';
import { canJudge, ruleWork } from './rule-work.ts';

export interface JudgedRules {
  rules: DestinationRule[];
  /** Clones that must not exist, and why. */
  harmful: { rule: DestinationRule; message: string }[];
}

/**
 * Separates the clones that may be created from those that would hide other people's subsets: equal host and exportTo
 * are not always enough for Istio to merge two rules. Everybody else's requests are more important than an env.
 */
export function judgeRules(
  clones: readonly DestinationRule[],
  view: Pick<MeshView, 'rulesAbout'>,
  clusterDomain: string,
): JudgedRules {
  const judged = clones.map((rule) => ({
    rule,
    hidden: hiddenRules(rule, rivals(rule, view, clusterDomain), clusterDomain),
  }));
  return {
    rules: judged.filter(({ hidden }) => hidden.length === 0).map(({ rule }) => rule),
    harmful: judged
      .filter(({ hidden }) => hidden.length > 0)
      .map(({ rule, hidden }) => ({ rule, message: harm(rule, hidden) })),
  };
}

/** The env's observed rules that harm others (`childKey`): somebody may have edited the rules beside them. */
export function harmfulKeys(
  rules: readonly DestinationRule[],
  view: Pick<MeshView, 'rulesAbout'>,
  clusterDomain: string,
): ReadonlySet<string> {
  // A rule without a readable spec hides nothing.
  const { objects } = readable('DestinationRule', rules);
  const judged = objects.map((rule) => ({ rule, others: rivals(rule, view, clusterDomain) }));
  const work = judged.reduce((sum, { others }) => sum + ruleWork(others), 0);
  if (!canJudge(work)) return new Set();
  const harmful = judged.filter(
    ({ rule, others }) => hiddenRules(rule, others, clusterDomain).length > 0,
  );
  return new Set(harmful.map(({ rule }) => childKey(rule)));
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
