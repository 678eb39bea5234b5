import { referencesIn } from '../../../src/k8s/variable-references.ts';
import type { EnvVar } from '../../../src/k8s/workload.ts';
import type { Layer } from '../../../src/overlay/types.ts';

/** A variable as layers want it: an entry of `env`, or undefined for "not set". */
export type Wanted = Record<string, { layer: string; entry: EnvVar | undefined }>;

/** What layers say together, one after the other. */
export function plainLayers(layers: readonly Layer[]): Wanted {
  const wanted: Wanted = {};
  for (const { name: layer, vars = {}, secrets = [], unset = [] } of layers) {
    for (const name in vars) wanted[name] = { layer, entry: { name, value: vars[name] ?? '' } };
    for (const { name, secretKeyRef } of secrets) {
      wanted[name] = { layer, entry: { name, valueFrom: { secretKeyRef } } };
    }
    for (const name of unset) wanted[name] = { layer, entry: undefined };
  }
  return wanted;
}

/** The entries that a container has afterwards, in no useful order. */
export function plainEntries(
  base: readonly EnvVar[],
  declared: readonly string[],
  wanted: Wanted,
): EnvVar[] {
  const names = new Set(base.map(({ name }) => name));
  const entries = base.flatMap((one) => {
    const said = wanted[one.name];
    return said === undefined ? [one] : (said.entry ?? []);
  });
  const set = [...names, ...declared].flatMap((name) => wanted[name]?.entry ?? []);
  for (const { name, value = '' } of set) {
    if (!names.has(name)) entries.push(...set.filter((one) => one.name === name).slice(0, 1));
    names.add(name);
    // What it refers to is wanted, too. The loop also visits what is added meanwhile.
    for (const asked of referencesIn(value)) {
      const entry = wanted[asked]?.entry;
      if (entry && !set.some((one) => one.name === asked)) set.push(entry);
    }
  }
  return entries;
}
