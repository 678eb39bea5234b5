import type { HTTPMatchRequest, HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import { refEntries } from '../../../src/refs/entries.ts';
import type { RefSettings } from '../../../src/refs/pick.ts';
import type { RefFlags } from '../../../src/refs/settings.ts';
import { renderRoutes } from '../../../src/virtualservice/injections/render.ts';
import { scopeOf } from '../../../src/virtualservice/routes/scope.ts';
import { withoutOurs } from '../../../src/virtualservice/routes/strip.ts';
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

/**
 * The same for whole routes: those of a VirtualService with conditions of the user's own on the headers that carry refs, with the
 * copies for all refs.
 */
export function renderedHost(
  name: string,
  service: string,
  refs: readonly string[],
  flags: RefFlags,
): VirtualHost {
  const virtualService: VirtualService = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'shop', namespace: 'shop' },
    spec: { hosts: [service], gateways: ['mesh', 'public'], http: ownRoutes(service) },
  };
  const host = `${service}.shop.svc.cluster.local`;
  const injections = refs.map((ref, at) => ({
    env: ref,
    created: `2026-01-01T00:00:${String(at).padStart(2, '0')}Z`,
    deployment: { namespace: 'shop', name: service },
    clone: `${service}-${ref}`,
    host,
    from: ['shared'],
    to: ref,
    matches: [],
    ref,
  }));
  const scope = scopeOf(virtualService, { clusterDomain: 'cluster.local', ...flags });
  const { http } = renderRoutes(withoutOurs(virtualService), injections, scope);
  const routes = http.flatMap((route) => {
    const subset = route.route?.[0]?.destination.subset ?? '';
    const isOwn = subset === 'shared';
    return answers(isOwn ? REGULAR : subset, (route.match ?? [{}]).map(sortedByName));
  });
  return { name, domains: [name], routes };
}

/** All of them go to the regular version, so that it does not matter which of them takes a request. */
function ownRoutes(service: string): HTTPRoute[] {
  const route = [{ destination: { host: service, subset: 'shared' } }];
  const canary = { regex: '.*mp-10.*' };
  return [
    {
      match: [
        { headers: { cookie: canary }, withoutHeaders: { Cookie: { regex: 'x.*' } } },
        { headers: { 'X-Source-Route': { prefix: 'mp' }, 'x-source-route': {} } },
      ],
      route,
    },
    {
      match: [
        { headers: { baggage: canary }, withoutHeaders: { 'x-service-route': {} } },
        { withoutHeaders: { 'X-Service-Route': { prefix: 'cart' }, Baggage: canary } },
      ],
      route,
    },
    { route },
  ];
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
