import { firstMismatch } from '../../../src/istio/match-request.ts';
import { routeTable } from '../../../src/istio/route-table.ts';
import type { HTTPMatchRequest, VirtualService } from '../../../src/istio/types.ts';
import { hostRequest, outcomeOf } from './expectation.ts';
import { BASE_VERSION, ENV_NAMES } from './generate/world.ts';
import type { Judged } from './judge.ts';

export const FIELDS = [
  'uri',
  'ignoreUriCase',
  'scheme',
  'method',
  'authority',
  'headers',
  'withoutHeaders',
  'queryParams',
  'port',
  'sourceLabels',
  'sourceNamespace',
  'gateways',
] as const;
export type Field = (typeof FIELDS)[number];

/**
 * Counts for one match field. `asked`: pairs whose VirtualServices have a condition on the field. `met`: pairs in which
 * the request met such a condition. `failed`: pairs in which it failed one.
 */
export interface FieldCount {
  asked: number;
  met: number;
  failed: number;
}

export function fieldCoverage(pairs: readonly Judged[]): Record<Field, FieldCount> {
  const seen = pairs.map(fieldsOf);
  const count = (field: Field): FieldCount => {
    const own = seen.map((fields) => fields.get(field) ?? new Set<boolean>());
    return {
      asked: own.filter(({ size }) => size > 0).length,
      met: own.filter((results) => results.has(true)).length,
      failed: own.filter((results) => results.has(false)).length,
    };
  };
  return Object.fromEntries(FIELDS.map((field) => [field, count(field)])) as Record<
    Field,
    FieldCount
  >;
}

/** The results of the conditions on each field: true if the request meets one, false if it fails one. */
function fieldsOf(pair: Judged): Map<Field, Set<boolean>> {
  const request = hostRequest(pair.request, pair.mesh);
  const results = new Map<Field, Set<boolean>>();
  for (const { metadata, spec } of consulted(pair)) {
    for (const match of (spec.http ?? []).flatMap((route) => route.match ?? [])) {
      for (const field of FIELDS.filter((name) => match[name] !== undefined)) {
        const met =
          firstMismatch(only(match, field), request, metadata.namespace ?? '') === undefined;
        results.set(field, (results.get(field) ?? new Set()).add(met));
      }
    }
  }
  return results;
}

function only(match: HTTPMatchRequest, field: Field): HTTPMatchRequest {
  const { uri } = match;
  if (field === 'ignoreUriCase') return { ...(uri ? { uri } : {}), ignoreUriCase: true };
  return { [field]: match[field] };
}

/** The VirtualServices whose routes are in the route table for the request, including delegates. */
function consulted({ request, mesh }: Judged): VirtualService[] {
  const routed = hostRequest(request, mesh);
  const table = routeTable(routed.host, routed, mesh) ?? [];
  const names = new Set(
    table.flatMap(({ place, delegate }) => [place.virtualService, delegate?.virtualService]),
  );
  return mesh.virtualServices.filter(({ metadata }) =>
    names.has(`${metadata.namespace}/${metadata.name}`),
  );
}

/** How many pairs had each outcome. */
export function endings(pairs: readonly Judged[]): Record<string, number> {
  const kinds = Map.groupBy(pairs, ending);
  return Object.fromEntries([...kinds].map(([kind, own]) => [kind, own.length]).sort());
}

export const BASE_ENDING = "the base's pods";
export const ENV_ENDING = "an env's pods";

function ending({ request, mesh, answer }: Judged): string {
  const { kind } = outcomeOf(request, mesh);
  if (kind === 'redirect') return 'a redirect';
  if (kind === 'directResponse') return 'a direct response';
  const version = answer.echo?.labels['version'] ?? '';
  if (version === BASE_VERSION) return BASE_ENDING;
  if ((ENV_NAMES as readonly string[]).includes(version)) return ENV_ENDING;
  if (answer.echo) return "another subset's pods";
  if (answer.way.cluster === 'PassthroughCluster')
    return 'passed through, a host that nobody knows';
  return answer.status === 404 ? '404, no route' : '503, no such subset, service or pods';
}
