import { once } from '../../../k8s/memoize.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { layered } from '../../../overlay/layered.ts';
import type { Layered } from '../../../overlay/types.ts';
import type { EnvContext } from '../context.ts';
import { type EnvWorkload, envWorkloads } from '../plan/workloads.ts';
import { costs } from './costs.ts';
import { type Derived, derive } from './derive.ts';
import { hasConfiguration, layersOf } from './layers.ts';
import { overlayOf } from './overlay.ts';
import { type Scope, scopeOf } from './scope.ts';

/** An env's configuration, and what it makes of the workloads that the spec names and of those in scope. */
export interface Configuration extends Derived {
  /** Those that the spec names. */
  named: readonly EnvWorkload[];
  /** What is wrong with the entries of `spec.scope` that have no base in them. */
  empty: readonly string[];
}

/** Each part is computed at its first call: whether that can be done, and in time, is checked first. */
export interface ConfigurationReader {
  /** Why the layers cannot be read, and what to do; undefined: they can, or the env has none. */
  problem(): string | undefined;
  /** Why it takes too long to tell what the configuration changes; empty: it does not. Needs readable layers. */
  costs(): readonly string[];
  scope(): Scope;
  /** Undefined: the env has no configuration. */
  read(): Configuration | undefined;
}

/** `cloned`: `<namespace>/<name>` of the bases of which the env has a clone. */
export function configurationReader(
  { env, view, config }: Omit<EnvContext, 'observed' | 'now'>,
  cloned: ReadonlySet<string | undefined>,
): ConfigurationReader {
  const chain = once(() =>
    hasConfiguration(env) ? layersOf(env, view, config) : { layers: undefined },
  );
  const all = once((): Layered => {
    const found = chain();
    return layered('layers' in found ? (found.layers ?? []) : []);
  });
  const scope = once(() => scopeOf(env, view, config));
  const read = once((): Configuration | undefined => {
    if (!hasConfiguration(env)) return undefined;
    const { candidates, empty } = scope();
    const named = envWorkloads(env).map((entry) => withConfiguration(entry, all(), view));
    return { ...derive(candidates, all(), view, config, cloned), named, empty };
  });
  return {
    problem: () => {
      const found = chain();
      return 'problem' in found ? found.problem : undefined;
    },
    costs: () => costs(scope().candidates, all(), view),
    scope,
    read,
  };
}

/** A version that exists already is somebody else's, and stays as it is. */
function withConfiguration(entry: EnvWorkload, all: Layered, view: MeshView): EnvWorkload {
  const { namespace, name, existing } = entry.workload;
  const base = existing === undefined ? view.deployment(namespace, name) : undefined;
  return base === undefined ? entry : { ...entry, overlay: overlayOf(base, all, entry.workload) };
}
