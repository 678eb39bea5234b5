import type { DestinationRule, Subset } from '../../istio/types.ts';
import type { Memory } from './memory.ts';
import type { VersionSubset } from './types.ts';

/**
 * The subsets of an observed DestinationRule, by name, each with the value of its version: the one that the memory has for this name,
 * else that of the label. Values are distinct: where there is no value left, the subset gets a text that no label has.
 */
export function observedSubsets(
  rule: DestinationRule,
  memory: Memory,
  label: string,
): Map<string, VersionSubset> {
  const remembered = new Map([...memory].map(([value, { subset }]) => [subset, value]));
  const carriedBy = ({ name, labels = {} }: Subset): string | undefined => {
    const carried = Object.hasOwn(labels, label) ? labels[label] : undefined;
    return remembered.get(name) ?? (memory.has(carried ?? '') ? undefined : carried);
  };
  const found = new Map<string, VersionSubset>();
  const values = new Set<string>();
  for (const subset of rule.spec.subsets ?? []) {
    const { name, labels = {} } = subset;
    if (found.has(name)) continue;
    const known = carriedBy(subset);
    const value = known === undefined || values.has(known) ? `.${name}` : known;
    values.add(value);
    found.set(name, { value, subset: name, labels });
  }
  return found;
}

/** The names that values have, or had: no other value gets one of them. */
export function knownNames(
  subsets: ReadonlyMap<string, VersionSubset>,
  memory: Memory,
): Map<string, string> {
  const remembered = [...memory].map(([value, { subset }]) => [value, subset] as const);
  const present = [...subsets.values()].map(({ value, subset }) => [value, subset] as const);
  return new Map([...remembered, ...present]);
}
