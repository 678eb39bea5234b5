import { byText } from '../k8s/canonical.ts';
import { referencesIn } from '../k8s/variable-references.ts';
import type { EnvVar } from '../k8s/workload.ts';
import type { LayeredVariable } from './types.ts';

/**
 * The layer that makes each variable differ: its own, or else that of the nearest variable that it refers to, directly or not. By the
 * variable's name. `touched`: what the layers set or unset in `env`. `isChanged`: a cause whose value differs counts before one whose does not.
 */
export function causes(
  env: readonly EnvVar[],
  touched: ReadonlyMap<string, LayeredVariable>,
  isChanged: (name: string) => boolean,
): Map<string, string> {
  const referrers = referrersIn(env);
  const sorted = [...touched.values()].sort((a, b) => byText(a.name, b.name));
  const spread = (from: readonly LayeredVariable[]) => {
    const nearest = new Map(from.map(({ name, layer }) => [name, layer]));
    const isFree = (name: string) => !touched.has(name) && !nearest.has(name);
    // Iterating a Map also visits what is added meanwhile.
    for (const [name, layer] of nearest) {
      for (const one of referrers.get(name)?.filter(isFree) ?? []) nearest.set(one, layer);
    }
    return nearest;
  };
  return new Map([
    ...spread(sorted.filter(({ name }) => !isChanged(name))),
    ...spread(sorted.filter(({ name }) => isChanged(name))),
  ]);
}

/** The names of the variables that refer to each name. */
function referrersIn(env: readonly EnvVar[]): Map<string, string[]> {
  const referrers = new Map<string, string[]>();
  for (const { name, value = '' } of env) {
    for (const asked of referencesIn(value)) {
      const all = referrers.get(asked);
      if (all === undefined) referrers.set(asked, [name]);
      else all.push(name);
    }
  }
  return referrers;
}
