import type { Workload } from '../../api/dynamicenv.ts';
import { byText } from '../../k8s/canonical.ts';
import { cutText } from '../../k8s/cut-text.ts';
import type { Container } from '../../k8s/workload.ts';
import type { Overlay } from '../../kinds/dynamicenv/configuration/overlay.ts';
import { overrideContainers } from '../../kinds/dynamicenv/plan/overrides.ts';
import { shownValues } from '../../overlay/shown-values.ts';
import type { ContainerVariable } from '../../overlay/types.ts';

/** A variable of a workload that an env's configuration changes. */
export interface ConfiguredVariable {
  /** Absent: the workload has only one container. */
  container?: string;
  variable: string;
  /** The layer that decides: an Environment, `this DynamicEnv`, or the workload's entry in the spec. */
  layer: string;
  /** What the container gets (see `shownValues`); absent: the variable is not set. */
  value?: string;
  /** The value was not read. */
  isUnread?: boolean;
}

/** The layer of what a workload's own entry in the spec sets. */
const OWN_ENTRY = 'the containers of this subset or consumer';

/**
 * The variables that the configuration changes in a workload, with their effective values. `spec`: its entry in the env's spec, which is
 * on top of all layers.
 */
export function configuredVariables(
  { containers, initContainers = [], differences, overridden }: Overlay,
  spec: Pick<Workload, 'containers' | 'initContainers'> = {},
): ConfiguredVariable[] {
  const layered = [...containers, ...initContainers];
  const final = [
    ...overrideContainers(containers, spec.containers ?? []).containers,
    ...overrideContainers(initContainers, spec.initContainers ?? []).containers,
  ];
  const values = new Map(final.map(({ name, env = [] }) => [name, shownValues(env)] as const));
  const rows = [...differences, ...overridden.map((one) => ({ ...one, layer: OWN_ENTRY }))];
  return rows.sort(byContainer(final)).map(({ container, variable, layer }) => {
    const value = values.get(container)?.get(variable);
    const isOwn = entry(layered, container, variable) !== entry(final, container, variable);
    return {
      ...(layered.length > 1 ? { container } : {}),
      variable,
      layer: isOwn ? OWN_ENTRY : layer,
      ...(value === undefined ? {} : { value }),
    };
  });
}

/** In the order of the containers, and in each by the variable. */
function byContainer(containers: readonly Container[]) {
  const position = new Map(containers.map(({ name }, at) => [name, at]));
  const at = (one: ContainerVariable) => position.get(one.container) ?? 0;
  return (a: ContainerVariable, b: ContainerVariable) =>
    at(a) - at(b) || byText(a.variable, b.variable);
}

function entry(containers: readonly Container[], container: string, variable: string) {
  const found = containers.find(({ name }) => name === container);
  return found?.env?.findLast(({ name }) => name === variable);
}

/** Longer values are cut in texts for people. */
export const MOST_SHOWN = 160;

/** `DB_HOST = qa-db.data (qa)` */
export function variableText({
  container,
  variable,
  layer,
  value,
  isUnread,
}: ConfiguredVariable): string {
  const where = container === undefined ? '' : `container ${container}: `;
  if (isUnread) return `${where}${variable} (${layer})`;
  const what =
    value === undefined ? `${variable} is not set` : `${variable} = ${cutText(value, MOST_SHOWN)}`;
  return `${where}${what} (${layer})`;
}
