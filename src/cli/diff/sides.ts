import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Environment } from '../../api/environment.ts';
import { UsageError } from '../../errors.ts';
import { layersOf } from '../../kinds/dynamicenv/configuration/layers.ts';
import { chainOf } from '../../overlay/chain.ts';
import { type Layer, OWN_LAYER } from '../../overlay/types.ts';
import type { Named } from './options.ts';

/** Where the two objects to compare are looked for. */
export interface Sources {
  environments: readonly Environment[];
  envs: readonly DynamicEnv[];
  /** `<namespace>/<deployment>` of the workloads that have pods of their own in an env. */
  uniqueIn: (env: DynamicEnv) => string[];
}

/** One of the two. */
export interface Side {
  kind: 'Environment' | 'DynamicEnv';
  name: string;
  /** From the root parent to the last. */
  layers: readonly Layer[];
  /** Of a DynamicEnv. */
  unique?: string[];
}

/** A UsageError says that there is no such object, or why its configuration cannot be followed. */
export function sideOf({ kind, name }: Named, { environments, envs, uniqueIn }: Sources): Side {
  const byName = Object.fromEntries(environments.map((one) => [one.metadata.name, one]));
  if (kind !== 'DynamicEnv' && Object.hasOwn(byName, name)) {
    const chain = chainOf(name, byName);
    if ('problem' in chain) throw new UsageError(chain.message);
    return { kind: 'Environment', name, layers: chain.layers };
  }
  const env = kind === 'Environment' ? undefined : envs.find((one) => one.metadata.name === name);
  if (env === undefined)
    throw new UsageError(`no ${kind ?? 'Environment or DynamicEnv'} "${name}"`);
  const found = layersOf(env, { environments: () => byName }, {});
  if ('problem' in found) throw new UsageError(`DynamicEnv ${name}: ${found.problem}`);
  const layers = found.layers.map((layer) =>
    layer.name === OWN_LAYER ? { ...layer, name: `DynamicEnv ${name}` } : layer,
  );
  return { kind: 'DynamicEnv', name, layers, unique: uniqueIn(env) };
}
