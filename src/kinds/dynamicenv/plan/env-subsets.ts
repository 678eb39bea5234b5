import type { Subset } from '../../../istio/types.ts';
import { canonicalJson } from '../../../k8s/canonical.ts';
import type { BaseRule } from './destination-rules.ts';
import { subsetName } from './names.ts';

/** The subsets of one clone for one host. */
export interface EnvSubsets {
  /** Where the env's requests go whatever subset of the base they would reach, but for `others`. */
  name: string;
  /** The env's subset by the base's, where it is another one. */
  others: Readonly<Record<string, string>>;
  /** What the clone of a base rule defines. */
  of(base: BaseRule): Subset[];
}

/** A clone as its subsets name and select it. */
interface CloneParts {
  name: string;
  /** What tells the clone from others of that name, where they can meet in one rule. */
  distinction: readonly string[];
  /** Labels that only its pods have. */
  marks: Readonly<Record<string, string>>;
}

/**
 * One subset for each traffic policy that the base's subsets have, so that the env's requests keep it: nearly always one alone.
 * The first of them has the clone's name; the others' depend on the first subset of the base with that policy.
 * All select the clone by its marks alone: what else a subset of the base asks for, `podLabels` may have changed.
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
    // A client that sees this rule alone may still be led to a group that is from others.
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

/** The names of the base's subsets in their order, those with equal policies together. */
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

/** One policy in all rules that have the subset, or for each rule its own. */
function policyKey(known: ReadonlyMap<number, string>): string {
  const different = new Set(known.values());
  return different.size === 1 ? [...different].join('') : canonicalJson([...known]);
}
