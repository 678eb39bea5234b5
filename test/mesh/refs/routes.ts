import type { HTTPMatchRequest } from '../../../src/istio/types.ts';
import { refEntries } from '../../../src/refs/entries.ts';
import type { RefSettings } from '../../../src/refs/pick.ts';
import { type VirtualHost, virtualHost } from '../accepts/route-config.ts';

/** What answers where no ref's route does. */
export const REGULAR = '(regular)';

/**
 * A virtual host that answers with the ref of the first entry that matches the request. It is bound to a gateway, where every
 * carrier that is switched on counts.
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
 * istiod sorts all header conditions of an entry by name (TranslateRouteMatch in `pilot/pkg/networking/core/route/route.go`). The order
 * decides nothing; within each of the two kinds it is kept here.
 */
function sortedByName({ headers = {}, withoutHeaders = {} }: HTTPMatchRequest): HTTPMatchRequest {
  const sorted = <T>(map: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { headers: sorted(headers), withoutHeaders: sorted(withoutHeaders) };
}
