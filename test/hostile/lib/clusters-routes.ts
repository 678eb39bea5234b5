import { type Cluster, deployment, ENV_LABEL, env, SUBSET, vs } from './env-parts.ts';
import type { Growing } from './growing.ts';
import { byName, HOST, map, route, times, virtualService } from './parts.ts';

const WIDE_ENV = {
  istioMatches: times(16, (at) => ({
    headers: map(
      16,
      (header) => `x-${header}`,
      () => ({ prefix: `a${at}` }),
    ),
  })),
};

/** An env with the maximum number of workloads and matches. Each workload is a Deployment in the cluster. */
function crowded(count: number, routes: number): Cluster {
  const names = times(32, (at) => `backend-${at}`);
  return {
    env: env({
      istioMatches: times(16, (at) => ({ headers: { user: { exact: `a${at}` } } })),
      subsets: names.map((name) => ({ ...SUBSET, name })),
    }),
    related: { 'Deployment.apps/v1': byName(names.map((name) => deployment({}, {}, name))) },
    virtualServices: times(count, (at) => vs(at, { http: times(routes, () => route()) })),
  };
}

/** Clusters in which VirtualServices grow that have routes of the env. */
export const ROUTE_CLUSTERS: Growing<Cluster> = {
  'VirtualServices with a route': {
    most: 16_000,
    of: (n) => ({ virtualServices: times(n, (at) => vs(at, { http: [route()] })) }),
  },
  'routes of VirtualServices': {
    most: 20_000,
    of: (n) => ({ virtualServices: times(10, (at) => vs(at, { http: times(n, () => route()) })) }),
  },
  'match entries of VirtualServices': {
    most: 20_000,
    of: (n) => ({
      virtualServices: times(10, (at) =>
        vs(at, { http: [route({ match: times(n, (one) => ({ uri: { prefix: `/${one}` } })) })] }),
      ),
    }),
  },
  'headers in VirtualServices': {
    most: 30_000,
    of: (n) => ({
      env: env(WIDE_ENV),
      virtualServices: times(10, (at) =>
        vs(at, {
          http: [
            route({
              match: [
                {
                  headers: map(
                    n,
                    (one) => `h${one}`,
                    () => ({ exact: 'a' }),
                  ),
                },
              ],
            }),
          ],
        }),
      ),
    }),
  },
  'routes of VirtualServices, an env with 32 workloads and 16 matches': {
    most: 20_000,
    of: (n) => crowded(10, n),
  },
  'VirtualServices, an env with 32 workloads and 16 matches': {
    most: 8000,
    of: (n) => crowded(n, 1),
  },
  'destinations in VirtualServices': {
    most: 20_000,
    of: (n) => ({
      virtualServices: times(10, (at) =>
        vs(at, {
          http: [
            { route: times(n, (one) => ({ destination: { host: `h${one}`, subset: 'shared' } })) },
          ],
        }),
      ),
    }),
  },
  'delegates and roots': {
    most: 4000,
    of: (n) => ({
      virtualServices: times(n, (at) =>
        vs(
          at,
          at % 2 === 0
            ? { hosts: [], http: [route()] }
            : {
                http: [
                  {
                    match: [{ headers: { user: { prefix: 'b' } } }],
                    delegate: { name: `vs-${at - 1}`, namespace: 'shop' },
                  },
                ],
              },
        ),
      ),
    }),
  },
  'routes of a delegate and its root': {
    most: 6000,
    of: (n) => ({
      virtualServices: [
        vs(0, { hosts: [], http: times(n, () => route()) }),
        vs(1, {
          http: times(n, () => ({
            match: [{ headers: { user: { prefix: 'b' } } }],
            delegate: { name: 'vs-0', namespace: 'shop' },
          })),
        }),
      ],
    }),
  },
  'notes of a plan': {
    most: 8000,
    of: (n) => {
      const notes = times(n, (at) => ({
        env: `e${at}`,
        deployment: { namespace: 'shop', name: 'backend' },
        host: HOST,
        message: 'm',
        state: 'shadowed',
      }));
      const annotations = {
        'riskified.com/route-injections': JSON.stringify({ injections: [], notes }),
      };
      return {
        virtualServices: times(10, (at) =>
          virtualService({ http: [route()] }, { name: `vs-${at}`, labels: ENV_LABEL, annotations }),
        ),
      };
    },
  },
};
