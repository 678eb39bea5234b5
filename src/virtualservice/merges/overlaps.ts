import { targetProblems } from '../../istio/merged-routes/target-problems.ts';
import { canonicalJson } from '../../k8s/canonical.ts';
import { L4_LISTS, type L4List, l4Of } from '../routes/lists.ts';
import type { L4Route, PlannedMerge } from '../routes/merge-codec.ts';
import type { UsersVirtualService } from '../routes/strip.ts';

/** A merge whose routes of `tcp` or `tls` take connections that a route before them takes. */
export interface Overlap {
  merge: PlannedMerge;
  message: string;
}

/**
 * The merges whose `tcp` and `tls` routes can stand beside those of the merges before them. Envoy refuses the whole listener if two
 * routes in the mesh share an SNI host or a subnet. `wanted`: in the order in which they get in. `present`: those of the present plan; where
 * a newer version is left out, its older one stays.
 */
export function withoutOverlaps(
  wanted: readonly PlannedMerge[],
  users: UsersVirtualService,
  present: readonly PlannedMerge[],
): { clear: PlannedMerge[]; overlaps: Overlap[] } {
  const { hosts = [], gateways = [] } = users.spec;
  const taken: Record<L4List, L4Route[]> = {
    tcp: [...l4Of(users, 'tcp')],
    tls: [...l4Of(users, 'tls')],
  };
  const overlaps: Overlap[] = [];
  const clear = wanted.filter((merge) => {
    if (merge.tcp === undefined && merge.tls === undefined) return true;
    const { tcp = [], tls = [] } = merge;
    const others = { tcp: unlike(taken.tcp, tcp), tls: unlike(taken.tls, tls) };
    const [problem] = targetProblems({ tcp, tls }, { hosts, gateways, ...others });
    if (problem !== undefined) {
      const message = `spec.patch.${problem.field}: ${problem.message}`;
      overlaps.push({ merge, message });
    }
    const standing = problem === undefined ? merge : present.find(({ uid }) => uid === merge.uid);
    for (const list of L4_LISTS) taken[list].push(...(standing?.[list] ?? []));
    return problem === undefined;
  });
  return { clear, overlaps };
}

/** Those that none of the other routes equals: equal ones are not rendered twice. */
export function unlike(routes: readonly L4Route[], others: readonly unknown[]): L4Route[] {
  const known = new Set(others.map(canonicalJson));
  return routes.filter((route) => !known.has(canonicalJson(route)));
}
