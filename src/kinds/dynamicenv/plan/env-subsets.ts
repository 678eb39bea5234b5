import type { Subset } from '../../../istio/types.ts';
import { canonicalJson } from '../../../k8s/canonical.ts';
import type { BaseRule } from './destination-rules.ts';
import { subsetName } from './names.ts';

/** The subsets of one clone for one host. */
export interface EnvSubsets {
  /** The subset that the env's requests go to, except for those in `others`. */
  name: string;
  /** By the name of a base's subset: the env's subset instead of `name`. */
  others: Readonly<Record<string, string>>;
  /** The subsets that the clone of a base rule defines. */
  of(base: BaseRule): Subset[];
}

/** What the names and labels of a clone's subsets are made from. */
interface CloneParts {
  name: string;
  /** Distinguishes the clone from others of the same name, if their subsets can meet in one rule. */
  distinction: readonly string[];
  /** Labels that only its pods have. */
  marks: Readonly<Record<string, string>>;
}

/**
 * One subset for each traffic policy that the base's subsets have, so that the env's requests keep it. Nearly always there is one.
 * The first has the clone's name; the names of the others depend on the first subset of the base with that policy.
 * All select the clone by its marks alone, since `podLabels` may have changed the other labels that a base's subset asks for.
 */
export function envSubsets(bases: readonly BaseRule[], clone: CloneParts): EnvSubsets {
  const groups = byPolicy(bases).map((members, index) => ({
    name: subsetName(clone.name, ...clone.distinction, ...(index === 0 ? [] : members.slice(0, 1))),
    members: new Set(members),
  }));
  const name = groups[0]?.name ?? subsetName(clone.name, ...clone.distinction);
  return {
    name,
    others: Object.fromEntries(
      groups.slice(1).flatMap((group) => [...group.members].map((one) => [one, group.name])),
    ),
    // All groups, because a client that sees only this rule may be routed to a group that comes from other rules.
    of: ({ subsets }) =>
      groups.map((group) => {
        const like = subsets.find((one) => group.members.has(one.name)) ?? subsets[0];
        const policy = like?.trafficPolicy;
        return {
          name: group.name,
          labels: { ...clone.marks },
          ...(policy === undefined ? {} : { trafficPolicy: policy }),
        };
      }),
  };
}

/** The names of the base's subsets in their order, grouped by equal policies. */
function byPolicy(bases: readonly BaseRule[]): string[][] {
  const policies = new Map<string, Map<number, string>>();
  bases.forEach(({ subsets }, place) => {
    for (const { name, trafficPolicy = {} } of subsets) {
      const known = policies.get(name) ?? new Map<number, string>();
      policies.set(name, known);
      // Istio keeps the first of several subsets of one name.
      if (!known.has(place)) known.set(place, canonicalJson(trafficPolicy));
    }
  });
  const groups = Map.groupBy(policies, ([, known]) => policyKey(known));
  return [...groups.values()].map((members) => members.map(([name]) => name));
}

/** The one policy of all rules that have the subset; if they differ, the policy of each rule. */
function policyKey(known: ReadonlyMap<number, string>): string {
  const different = new Set(known.values());
  return different.size === 1 ? [...different].join('') : canonicalJson([...known]);
}
