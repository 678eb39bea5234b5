import { isForMesh } from '../../istio/gateway-name.ts';
import { checkFilterChains } from '../../istio/merged-routes/filter-chains.ts';
import { newFindings } from '../../istio/merged-routes/findings.ts';
import type { FieldProblem } from '../../istio/validate-match.ts';
import { L4_LISTS, type L4List, l4Of } from '../routes/lists.ts';
import type { PlannedMerge } from '../routes/merge-codec.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import type { LeftOutMerge } from './fit.ts';
import { mergedLists } from './merged-lists.ts';

/**
 * Each merge by itself may have `tcp` and `tls` routes that Envoy accepts, and two of them together routes with which every sidecar
 * refuses the listener (see `checkFilterChains`). So of two such merges the later one in this list is left out.
 */
export function withoutOverlaps(
  merges: readonly PlannedMerge[],
  users: UsersVirtualService,
): { kept: PlannedMerge[]; overlapping: LeftOutMerge[] } {
  const all = { kept: [...merges], overlapping: [] };
  if (merges.filter(hasStreams).length < 2 || !isBoundToMesh(users)) return all;
  if (overlapIn(merges, users) === undefined) return all;
  const kept: PlannedMerge[] = [];
  const overlapping: LeftOutMerge[] = [];
  for (const merge of merges) {
    const overlap = hasStreams(merge) ? overlapIn([...kept, merge], users) : undefined;
    if (overlap === undefined) kept.push(merge);
    else overlapping.push({ merge, message: overlap });
  }
  return { kept, overlapping };
}

function hasStreams({ tcp, tls }: PlannedMerge): boolean {
  return tcp !== undefined || tls !== undefined;
}

/** At gateways, istiod leaves out an entry with an SNI host that another has: those of merges are in lower case (`checkGatewayChains`). */
function isBoundToMesh({ spec }: UsersVirtualService): boolean {
  return isForMesh(spec.gateways);
}

function overlapIn(
  merges: readonly PlannedMerge[],
  users: UsersVirtualService,
): string | undefined {
  const lists = mergedLists(merges, users);
  for (const list of L4_LISTS) {
    const { problems, report } = newFindings();
    checkFilterChains(
      list,
      lists[list].map(({ route }) => route),
      l4Of(users, list),
      report,
    );
    const [first] = problems;
    if (first !== undefined) return messageFor(list, first);
  }
  return undefined;
}

function messageFor(list: L4List, { field }: FieldProblem): string {
  if (field.endsWith('.destinationSubnets')) {
    return 'istiod would give the destinationSubnets of its tls routes to those of another merge of this VirtualService that have none, or the other way round: leave destinationSubnets out, or write other ports or labels';
  }
  const what = list === 'tls' ? 'SNI hosts' : 'subnets';
  return `its ${list} routes and those of another merge of this VirtualService apply to the same ${what}, and proxies refuse a listener with such routes: write equal matches, or other ports, labels or ${what}`;
}
