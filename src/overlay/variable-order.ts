import { referencesIn } from '../k8s/variable-references.ts';
import type { EnvVar } from '../k8s/workload.ts';
import { type Edge, sortedBy } from './variable-sort.ts';

/** Strengths of constraints. If not all can hold, the weakest gives way first: the order of added variables. */
const LISTED = 0;
const BASE_OF_CONCERNED = 1;
const RESOLVED = 2;
const BASE = 3;

/**
 * The base's variables, replaced by name, then the new ones. A variable is moved only if a reference would not be resolved otherwise:
 * a kubelet resolves `$(NAME)` from `envFrom` and from earlier variables (`makeEnvironmentVariables` in
 * `pkg/kubelet/kubelet_pods.go`). So a variable of the override comes before all that refer to it, and after all that it refers to.
 * A name that the base has twice is replaced once, at its first place: the value is the same for all that refer to it, and a server-side
 * apply refuses a second entry. The base's variables that refer to each other keep their order: what the base leaves unresolved stays unresolved. In a cycle of
 * references no order is right; its variables stay where they are.
 */
export function mergeEnv(base: readonly EnvVar[], overrides: readonly EnvVar[]): EnvVar[] {
  const byName = new Map(overrides.map((variable) => [variable.name, variable]));
  const known = new Set<string>();
  const replaced = base.flatMap((variable) => {
    const isRepeated = known.has(variable.name);
    known.add(variable.name);
    const own = byName.get(variable.name);
    if (own === undefined) return variable;
    return isRepeated ? [] : own;
  });
  const merged = [...replaced, ...overrides.filter(({ name }) => !known.has(name))];
  const references = merged.map(({ value }) => referencesIn(value ?? ''));
  const asked = resolved(merged, references, byName);
  if (asked.every(({ from, to }) => from < to)) return merged;
  const edges = [
    ...asked,
    ...kept(merged, references, byName),
    ...merged.slice(replaced.length + 1).map((_, index) => {
      const from = replaced.length + index;
      return { from, to: from + 1, strength: LISTED };
    }),
  ];
  return sortedBy(merged.length, edges).flatMap((index) => merged[index] ?? []);
}

type Names = ReadonlyMap<string, unknown>;

/** References from or to a variable of the override. */
function resolved(
  merged: readonly EnvVar[],
  references: readonly ReadonlySet<string>[],
  overrides: Names,
): Edge[] {
  const last = new Map(merged.map(({ name }, index) => [name, index]));
  return merged.flatMap(({ name }, to) =>
    [...(references[to] ?? [])].flatMap((asked) => {
      if (asked === name || !(overrides.has(asked) || overrides.has(name))) return [];
      // If the base has a name twice that is not replaced, the last one counts.
      const from = last.get(asked);
      return from === undefined ? [] : [{ from, to, strength: RESOLVED }];
    }),
  );
}

/**
 * References within the base: the order of the two variables stays. If the base has a name more than once, these stay in order, too, so
 * the nearest one on each side is enough.
 */
function kept(
  merged: readonly EnvVar[],
  references: readonly ReadonlySet<string>[],
  overrides: Names,
): Edge[] {
  const concerned = concernedBy(merged, references, overrides);
  const pairs = (indexes: readonly number[]) => {
    const nearest = new Map<string, number>();
    return indexes.flatMap((index) => {
      const name = merged[index]?.name ?? '';
      if (overrides.has(name)) return [];
      const strength = concerned.has(name) ? BASE_OF_CONCERNED : BASE;
      const pair = (asked: string, of: number) => {
        const near = nearest.get(asked);
        return near === undefined ? [] : [{ near, index, strength: of }];
      };
      const found = [...(references[index] ?? [])].flatMap((asked) => pair(asked, strength));
      found.push(...pair(name, BASE));
      nearest.set(name, index);
      return found;
    });
  };
  const ascending = [...merged.keys()];
  return [
    ...pairs(ascending).map(({ near, index, strength }) => ({ from: near, to: index, strength })),
    ...pairs(ascending.reverse()).map(({ near, index, strength }) => ({
      from: index,
      to: near,
      strength,
    })),
  ];
}

/** The names whose values the override changes: its own, and those that refer to one of these, directly or not. */
function concernedBy(
  merged: readonly EnvVar[],
  references: readonly ReadonlySet<string>[],
  overrides: Names,
): Set<string> {
  const referrers = new Map<string, string[]>();
  for (const [index, { name }] of merged.entries()) {
    for (const asked of references[index] ?? []) {
      const all = referrers.get(asked);
      if (all === undefined) referrers.set(asked, [name]);
      else all.push(name);
    }
  }
  const concerned = new Set(overrides.keys());
  // Iterating a Set also visits what is added meanwhile.
  for (const name of concerned) for (const one of referrers.get(name) ?? []) concerned.add(one);
  return concerned;
}
