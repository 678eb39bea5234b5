import { evaluate, type HostRequest, type Mesh, type Outcome } from './evaluate.ts';
import { type Considered, explainSelection } from './explain-selection.ts';
import { firstMismatch, type Mismatch, requestMismatch } from './match-request.ts';
import { namespaceOf } from './objects.ts';
import { allRows, type RouteEntry, routeTable, selection } from './route-table.ts';

/** A row that did not take the request, and the first condition that the request does not meet. */
export interface FailedRow {
  row: RouteEntry;
  failed: Mismatch;
}

/** What `evaluate` says, and what led to it. */
export interface Explanation {
  outcome: Outcome;
  considered: readonly Considered[];
  /** Up to the row that took it: also those that are not sent to this proxy. */
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

/** The same place: rows are made anew each time. */
function isSame(a: RouteEntry, b: RouteEntry): boolean {
  const key = ({ place, delegate, matchIndex }: RouteEntry) =>
    JSON.stringify([place, delegate, matchIndex]);
  return key(a) === key(b);
}
