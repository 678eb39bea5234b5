import type { HTTPMatchRequest } from '../istio/types.ts';
import { byText } from '../k8s/canonical.ts';
import { longestOf } from '../kinds/virtual-environment/levels.ts';
import type { NamespaceVersions } from '../trace/namespace-versions.ts';
import type { Card } from './cards.ts';
import type { PictureNode } from './types.ts';

/** The boxes of the levels within a Service, and where its versions are: by id of the version. */
export interface Levels {
  nodes: PictureNode[];
  homes: ReadonlyMap<string, string>;
}

export const NO_LEVELS: Levels = { nodes: [], homes: new Map() };

/**
 * A box for each version of a Service that a VirtualEnvironment tells apart, within the box of the nearest version above it. Clones of envs
 * are in the box of their base's version, because they have its label.
 */
export function levelsOf(card: Card, space: NamespaceVersions | undefined): Levels {
  const found = space?.services.get(card.name);
  if (space === undefined || found === undefined) return NO_LEVELS;
  const { rules } = space;
  const values = new Set(found.versions.map(({ value }) => value));
  const idOf = (value: string) => `level ${card.host} ${value}`;
  const nodes = [...values].sort(byText).map((value): PictureNode => {
    const others = { has: (other: string) => other !== value && values.has(other) };
    const above = longestOf(value, others, rules);
    return {
      id: idOf(value),
      kind: 'level',
      parent: above === undefined ? card.id : idOf(above),
      title: value,
      details: value === rules.defaultSubset ? ['default version'] : [],
      problems: [],
    };
  });
  const homes = card.versions.flatMap(({ id, workload }) => {
    const value = Object.hasOwn(workload.labels, rules.label)
      ? workload.labels[rules.label]
      : undefined;
    return value !== undefined && values.has(value) ? [[id, idOf(value)] as const] : [];
  });
  return { nodes, homes: new Map(homes) };
}

/** Is it the match of a route that adds the header to requests of a version's pods? */
export function isInjection(
  { withoutHeaders = {}, sourceLabels = {} }: HTTPMatchRequest,
  { rules }: Pick<NamespaceVersions, 'rules'>,
): boolean {
  return Object.hasOwn(withoutHeaders, rules.header) && Object.hasOwn(sourceLabels, rules.label);
}

/** The Service that contains a box, directly or in boxes of levels; undefined: it is in none. */
export function serviceOf(nodes: readonly PictureNode[]): (id: string) => string | undefined {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const find = (id: string | undefined): string | undefined => {
    const node = id === undefined ? undefined : byId.get(id);
    if (node === undefined) return undefined;
    return node.kind === 'service' || node.kind === 'folded' ? node.id : find(node.parent);
  };
  return (id) => find(byId.get(id)?.parent);
}
