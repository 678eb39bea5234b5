import type { DynamicEnv } from '../../../api/dynamicenv.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { chainOf } from '../../../overlay/chain.ts';
import { type Layer, OWN_LAYER } from '../../../overlay/types.ts';
import type { EnvSettings } from '../settings.ts';

/** Has the env a configuration of its own? If not, its clones have that of their bases. */
export function hasConfiguration({ spec }: Pick<DynamicEnv, 'spec'>): boolean {
  const { environment, vars, secrets, unset } = spec;
  return [environment, vars, secrets, unset].some((field) => field !== undefined);
}

/** The layers from the root parent to the env's own, or why they cannot be read and what to do, at the field. */
export function layersOf(
  { spec: { environment, vars, secrets, unset } }: Pick<DynamicEnv, 'spec'>,
  view: Pick<MeshView, 'environments'>,
  { withoutEnvironments }: Pick<EnvSettings, 'withoutEnvironments'>,
): { layers: readonly Layer[] } | { problem: string } {
  const own: Layer = {
    name: OWN_LAYER,
    ...(vars === undefined ? {} : { vars }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(unset === undefined ? {} : { unset }),
  };
  if (environment === undefined) return { layers: [own] };
  if (withoutEnvironments) {
    const problem =
      'spec.environment: this cluster has no Environments; ask the administrator for the kind (--kinds environment), or give vars, secrets and unset here instead';
    return { problem };
  }
  const chain = chainOf(environment, view.environments());
  return 'problem' in chain
    ? { problem: `spec.environment: ${chain.message}` }
    : { layers: [...chain.layers, own] };
}
