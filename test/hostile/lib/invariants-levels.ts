import type { CompositeRequest } from '../../../src/hooks/types.ts';
import { isMap } from '../../../src/k8s/json-map.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';

const VIRTUAL_SERVICES = 'VirtualService.networking.istio.io/v1';
const RULES = 'DestinationRule.networking.istio.io/v1';
/** The API server stores objects up to 1.5 MiB, and annotations up to 256 KiB: one has a copy of the object. */
const MAX_CHILD_BYTES = 256 * 1024;

/**
 * Finds a subset that somebody needs and that the answer takes away: one to which an observed VirtualService leads, and one to which
 * an answered VirtualService leads. And finds a child that was left out though nothing was decided.
 */
export function lostSubset(
  { parent, children, related }: CompositeRequest,
  body: Record<string, unknown>,
): string | undefined {
  const answered = body['children'] as KubeObject[];
  const large = answered.find((child) => JSON.stringify(child).length > MAX_CHILD_BYTES);
  if (large !== undefined) return `${large.kind} ${large.metadata.name} cannot be stored`;
  const { annotations = {} } = parent.metadata as { annotations?: Record<string, unknown> };
  if (annotations?.['riskified.com/force-removal'] === 'true') return undefined;
  const { conditions } = body['status'] as { conditions: { reason: string }[] };
  const own = [...named(children[VIRTUAL_SERVICES]), ...named(children[RULES])];
  const isRefused = conditions[0]?.reason === 'InvalidSpec';
  const dropped = own.find((child) => !answered.some((one) => isSame(one, child)));
  if (isRefused && dropped !== undefined) return `the child ${dropped.metadata.name} is lost`;
  const used = usedOf([...named(children[VIRTUAL_SERVICES]), ...named(related[VIRTUAL_SERVICES])]);
  const kept = new Set(
    answered.filter(({ kind }) => kind === 'DestinationRule').flatMap(subsetsOf),
  );
  const lost = named(children[RULES])
    .flatMap(subsetsOf)
    .find((subset) => used.has(subset) && !kept.has(subset));
  return lost === undefined ? undefined : `a subset is lost that is in use: ${lost}`;
}

function named(group: unknown): KubeObject[] {
  return Object.values(isMap(group) ? group : {}) as KubeObject[];
}

/** Their metadata may have been changed. */
function isSame(a: KubeObject, b: KubeObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}

/** Each as `host subset`. */
function subsetsOf(rule: KubeObject): string[] {
  const { subsets } = (rule as { spec?: { subsets?: unknown } }).spec ?? {};
  return (Array.isArray(subsets) ? subsets : []).flatMap((subset) =>
    typeof subset?.name === 'string' ? [`${rule.metadata.name} ${subset.name}`] : [],
  );
}

/** The subsets to which routes lead, wherever they stand in the JSON. */
function usedOf(virtualServices: readonly KubeObject[]): Set<string> {
  const used = new Set<string>();
  for (const virtualService of virtualServices) {
    JSON.stringify((virtualService as { spec?: unknown }).spec ?? null, (_key, value) => {
      if (isMap(value) && typeof value['subset'] === 'string') {
        used.add(`${value['host']} ${value['subset']}`);
      }
      return value;
    });
  }
  return used;
}
