import { evaluate, type HostRequest, type Mesh, type Outcome } from './evaluate.ts';
import { type Considered, explainSelection } from './explain-selection.ts';
import { firstMismatch, type Mismatch, requestMismatch } from './match-request.ts';
import { namespaceOf } from './objects.ts';
import { allRows, type RouteEntry } from './route-rows.ts';
import { routeTable } from './route-table.ts';
import { selection } from './selection.ts';

/** A row that did not match the request, and the first condition that failed. */
export interface FailedRow {
  row: RouteEntry;
  failed: Mismatch;
}

/** The outcome of `evaluate`, and how it came about. */
export interface Explanation {
  outcome: Outcome;
  considered: readonly Considered[];
  /** The rows before the matching one, including those that are not sent to this proxy. */
  tried: readonly FailedRow[];
  /** The row of `outcome.hit`. */
  taken?: RouteEntry;
}

export function explain(request: HostRequest, mesh: Mesh): Explanation {
  const table = routeTable(request.host, request, mesh) ?? [];
  const taken = table.find(({ match }) => !requestMismatch(match, request));
  const { owners } = selection(request.host, request, mesh);
  const tried = owners.flatMap(({ virtualService }) => {
    const rows = allRows(virtualService, mesh);
    const end = rows.findIndex((row) => taken !== undefined && isSame(row, taken));
    return rows.slice(0, end < 0 ? rows.length : end).flatMap((row) => {
      const failed = firstMismatch(row.match, request, namespaceOf(virtualService));
      return failed === undefined ? [] : [{ row, failed }];
    });
  });
  return {
    outcome: evaluate(request, mesh),
    considered: explainSelection(request.host, request, mesh),
    tried,
    ...(taken ? { taken } : {}),
  };
}

/** Rows are compared by their place, since each call creates new objects. */
function isSame(a: RouteEntry, b: RouteEntry): boolean {
  const key = ({ place, delegate, matchIndex }: RouteEntry) =>
    JSON.stringify([place, delegate, matchIndex]);
  return key(a) === key(b);
}
