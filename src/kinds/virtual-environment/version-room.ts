import type { StageObserved } from './stages.ts';
import type { LevelRules, Version } from './types.ts';

/**
 * Most characters of a DestinationRule's memory, twice, and of its subsets. The API server stores at most 256 KiB of annotations, where
 * the memory is, and where Metacontroller keeps a copy of the whole object.
 */
const MAX_CHARACTERS = 240_000;
/** Of a subset and what is remembered of it, without names and values. */
const FIXED = 500;

/**
 * The versions for which a DestinationRule has room: the default one, those whose subsets exist, then the others by text. The requests
 * of the others go where they go without these versions. `problems`: what was left out, and what to do.
 */
export function versionRoom(
  versions: readonly Version[],
  { subsets, memory }: Pick<StageObserved, 'subsets' | 'memory'>,
  { label, defaultSubset }: Pick<LevelRules, 'label' | 'defaultSubset'>,
): { versions: readonly Version[]; problems: string[] } {
  const sizeOf = (value: string) => FIXED + label.length + 7 * value.length;
  const present = new Set([...(subsets?.values() ?? [])].map(({ value }) => value));
  const values = new Set(versions.map(({ value }) => value));
  const departing = [...present].filter((value) => !values.has(value));
  const sum = (all: readonly string[]) => all.reduce((size, value) => size + sizeOf(value), 0);
  let left = MAX_CHARACTERS - sum(departing);
  if (sum([...values]) <= left) return { versions, problems: [] };
  const rank = ({ value }: Version) =>
    value === defaultSubset ? 0 : present.has(value) && memory.has(value) ? 1 : 2;
  const kept = new Set<string>();
  for (const version of [...versions].sort((a, b) => rank(a) - rank(b))) {
    left -= sizeOf(version.value);
    if (left < 0 && rank(version) === 2) break;
    kept.add(version.value);
  }
  return {
    versions: versions.filter(({ value }) => kept.has(value)),
    problems: [
      `only ${kept.size} of ${versions.length} versions have subsets, because a DestinationRule has room for no more (${MAX_CHARACTERS} characters): remove workloads, or give them fewer values of the label ${label}`,
    ],
  };
}
