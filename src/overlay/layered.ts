import type { Layer, Layered, LayeredVariable } from './types.ts';

/**
 * What the layers say together, from the root parent to the DynamicEnv's own: of those that name a variable, the last one decides. A
 * layer that unsets a variable removes it from what the earlier ones set.
 */
export function layered(layers: readonly Layer[]): Layered {
  return new Map(layers.flatMap(variables).map((variable) => [variable.name, variable]));
}

/** A name is in at most one of the three (the CRD refuses others). If it is not, `unset` wins: nothing is set by mistake. */
function variables({ name: layer, vars = {}, secrets = [], unset = [] }: Layer): LayeredVariable[] {
  return [
    ...Object.entries(vars).map(([name, value]) => ({ name, layer, source: { value } })),
    ...secrets.map(({ name, secretKeyRef }) => ({
      name,
      layer,
      source: { valueFrom: { secretKeyRef } },
    })),
    ...unset.map((name) => ({ name, layer })),
  ];
}
