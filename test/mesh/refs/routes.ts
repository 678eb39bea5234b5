import type { HTTPMatchRequest } from '../../../src/istio/types.ts';
import { refEntries } from '../../../src/refs/entries.ts';
import type { RefSettings } from '../../../src/refs/pick.ts';
import { type VirtualHost, virtualHost } from '../accepts/route-config.ts';

/** The body of the answer if no ref's route matches. */
export const REGULAR = '(regular)';

/**
 * A virtual host that answers with the ref of the first match entry that matches the request. The entries are those for
 * a gateway, because a gateway reads every enabled carrier.
 */
export function refHost(
  name: string,
  service: string,
  refs: readonly string[],
  settings: RefSettings,
): VirtualHost {
  const routes = refs.flatMap((ref) =>
    answers(ref, refEntries({ service, ref }, settings, true).map(sortedByName)),
  );
  return { name, domains: [name], routes: [...routes, ...answers(REGULAR, [{}])] };
}

function answers(text: string, match: HTTPMatchRequest[]): object[] {
  const { routes } = virtualHost('any', [{ match }]);
  const direct_response = { status: 200, body: { inline_string: text } };
  return routes.map((route) => ({ ...route, route: undefined, direct_response }));
}

/**
 * istiod sorts all header conditions of a match entry by name (TranslateRouteMatch in
 * `pilot/pkg/networking/core/route/route.go`). Here `headers` and `withoutHeaders` are sorted separately: the order has
 * no effect on what matches.
 */
function sortedByName({ headers = {}, withoutHeaders = {} }: HTTPMatchRequest): HTTPMatchRequest {
  const sorted = <T>(map: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { headers: sorted(headers), withoutHeaders: sorted(withoutHeaders) };
}
