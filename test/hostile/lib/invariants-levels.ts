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
  const rules = named(children[RULES]);
  const needed = [...named(children[VIRTUAL_SERVICES]), ...named(related[VIRTUAL_SERVICES])];
  for (const rule of rules) {
    const { name } = rule.metadata;
    const kept = subsetsOf(answered.find((one) => isSame(one, rule)));
    const used = usedOf(name, needed);
    const lost = subsetsOf(rule).find((subset) => used.has(subset) && !kept.includes(subset));
    if (lost !== undefined) return `the subset ${lost} of ${name} is lost, which is in use`;
  }
  return undefined;
}

function named(group: unknown): KubeObject[] {
  return Object.values(isMap(group) ? group : {}) as KubeObject[];
}

function isSame(a: KubeObject, b: KubeObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}

function subsetsOf(rule: KubeObject | undefined): string[] {
  const { subsets } = (rule as { spec?: { subsets?: unknown } } | undefined)?.spec ?? {};
  return (Array.isArray(subsets) ? subsets : []).flatMap((subset) =>
    typeof subset?.name === 'string' ? [subset.name as string] : [],
  );
}

/** The subsets of this host to which routes lead, wherever they stand in the JSON. */
function usedOf(host: string, virtualServices: readonly KubeObject[]): Set<string> {
  const used = new Set<string>();
  for (const virtualService of virtualServices) {
    JSON.stringify((virtualService as { spec?: unknown }).spec ?? null, (_key, value) => {
      if (isMap(value) && value['host'] === host && typeof value['subset'] === 'string') {
        used.add(value['subset']);
      }
      return value;
    });
  }
  return used;
}
