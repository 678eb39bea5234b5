import type { IstioMatch } from '../api/dynamicenv.ts';
import type { HttpRequest, Mismatch } from '../istio/match-request.ts';
import { firstMismatch } from '../istio/match-request.ts';
import type { VirtualService } from '../istio/types.ts';
import { pick } from '../refs/pick.ts';
import { refSettings } from '../refs/settings.ts';
import { type Pair, pairsByPrecedence } from '../virtualservice/injections/precedence.ts';
import { plainEntry, type SelectorEntry } from '../virtualservice/injections/selectors.ts';
import type { PlannedInjection } from '../virtualservice/routes/plan-codec.ts';
import { refsReadIn, type Scope } from '../virtualservice/routes/scope.ts';
import { scopeIn } from './env-routes.ts';
import type { FailedMatch } from './env-types.ts';
import type { MeshSnapshot } from './mesh-snapshot.ts';

/**
 * The first selector of the env that the request meets, in the order of the routes; else the first failed condition of each match and
 * of the ref. `decisive`: the VirtualService whose routes are tried; it decides whether cookies carry refs.
 */
export function metMatch(
  injection: PlannedInjection,
  request: HttpRequest,
  snapshot: MeshSnapshot,
  decisive: VirtualService | undefined,
): { pair: Pair } | { failed: FailedMatch[] } {
  const scope = decisive ? scopeIn(decisive, snapshot) : callersScope(request, snapshot);
  const pairs = pairsByPrecedence([injection], scope);
  const pair = pairs.find(({ selector }) =>
    selector.entries.some((entry) => firstMismatch(plainEntry(entry), request, '') === undefined),
  );
  if (pair !== undefined) return { pair };
  const byMatches = pairs
    .flatMap(({ selector: { matchIndex, entries } }) =>
      entries.flatMap((entry): FailedMatch[] => {
        const match = matchIndex === undefined ? undefined : injection.matches[matchIndex];
        const failed = match && matchMismatch(entry, match, request);
        return failed === undefined || matchIndex === undefined ? [] : [{ matchIndex, ...failed }];
      }),
    )
    .sort((a, b) => (a.matchIndex ?? 0) - (b.matchIndex ?? 0));
  return { failed: [...byMatches, ...refMismatch(injection, request, scope)] };
}

function callersScope({ gateway }: HttpRequest, { mesh, refs }: MeshSnapshot): Scope {
  const { clusterDomain } = mesh;
  const settings = refSettings(refs);
  return { namespace: '', clusterDomain, gateways: [gateway], isDelegate: false, refs: settings };
}

/** A cookie and a member of `baggage` are named as such: their regexes say nothing to people. */
function matchMismatch(
  { beside, ...plain }: SelectorEntry,
  { cookie, baggage }: IstioMatch,
  request: HttpRequest,
): Mismatch | undefined {
  const ofPlain = firstMismatch(plainEntry(plain), request, '');
  if (ofPlain !== undefined) return ofPlain;
  const ofMember = (header: string, field: string, value: string): Mismatch | undefined => {
    const condition = beside?.headers?.[header];
    const failed = firstMismatch({ headers: { [header]: condition ?? {} } }, request, '');
    return failed && { ...failed, field, wanted: `exact ${JSON.stringify(value)}` };
  };
  return (
    (baggage && ofMember('baggage', `baggage.${baggage.key}`, baggage.exact)) ??
    (cookie && ofMember('cookie', `cookies.${cookie.name}`, cookie.exact))
  );
}

/** What the request selects for the host's Service, where that is not the env's ref. */
function refMismatch(
  { host, ref }: PlannedInjection,
  request: HttpRequest,
  scope: Scope,
): FailedMatch[] {
  if (ref === undefined) return [];
  const [service = ''] = host.split('.');
  const picked = pick(service, Object.entries(request.headers), refsReadIn(scope), 'joined');
  return [
    { field: `ref.${service}`, wanted: ref, ...(picked === undefined ? {} : { got: picked }) },
  ];
}
