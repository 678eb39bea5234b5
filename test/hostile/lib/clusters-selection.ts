import { ENTRY_HOST } from './crowds-selection.ts';
import { type Cluster, deployment, env, rule, service, vs } from './env-parts.ts';
import type { Growing } from './growing.ts';
import { byName, map, route, times } from './parts.ts';

const ENTRIES = times(8, (at) => ({ host: at === 0 ? ENTRY_HOST : `shop-${at}.example.com` }));
const ENTERED = { ref: 'mp-1', entries: ENTRIES };
const AT_GATEWAY = { hosts: ENTRIES.map(({ host }) => host), gateways: ['gw', 'mesh'] };
/** Every wildcard that the first host of the entries matches. */
const WILDCARDS = times(ENTRY_HOST.length, (at) => `*${ENTRY_HOST.slice(at)}`);

function existing(count: number, version: (at: number) => object, more: Cluster = {}): Cluster {
  const names = times(count, (at) => `b${at}`);
  const base = (name: string) => ({
    ...deployment({}, { app: name }, name),
    spec: { ...deployment({}, { app: name }, name).spec, selector: { matchLabels: { app: name } } },
  });
  const branch = (name: string) => ({
    ...deployment({}, { app: name, branch: 'x' }, `${name}-x`),
    spec: {
      ...deployment({}, { app: name, branch: 'x' }, `${name}-x`).spec,
      selector: { matchLabels: { branch: 'x', app: name } },
    },
  });
  return {
    env: env({
      subsets: names.map((name, at) => ({ name, namespace: 'shop', existing: version(at) })),
    }),
    related: { 'Deployment.apps/v1': byName(names.flatMap((name) => [base(name), branch(name)])) },
    services: names.map((name, at) => ({
      ...service(at + 1, { selector: { app: name } }),
      metadata: { name, namespace: 'shop' },
    })),
    rules: names.map((name, at) => rule(at, { host: name })),
    virtualServices: names.map((name, at) =>
      vs(at, { http: [{ route: [{ destination: { host: name, subset: 'shared' } }] }] }),
    ),
    ...more,
  };
}

/** Clusters of an env with entries, a ref or versions that exist already. */
export const SELECTION_CLUSTERS: Growing<Cluster> = {
  'VirtualServices at a gateway, 8 entries': {
    most: 16_000,
    of: (n) => ({
      env: env(ENTERED),
      virtualServices: times(n, (at) => vs(at, { ...AT_GATEWAY, http: [route()] })),
    }),
  },
  'hosts and gateways of VirtualServices, 8 entries': {
    most: 20_000,
    of: (n) => ({
      env: env(ENTERED),
      virtualServices: times(10, (at) =>
        vs(at, {
          hosts: times(n, (one) => ENTRIES[one % 8]?.host),
          gateways: times(n, (one) => `g${one}`),
          http: [route()],
        }),
      ),
    }),
  },
  'gateways of VirtualServices with every wildcard, 8 entries': {
    most: 60_000,
    of: (n) => ({
      env: env(ENTERED),
      virtualServices: times(10, (at) =>
        vs(at, {
          hosts: [...WILDCARDS, ENTRY_HOST],
          gateways: times(n, (one) => `g${one}`),
          http: [route()],
        }),
      ),
    }),
  },
  'routes of VirtualServices at a gateway, 8 entries': {
    most: 5000,
    of: (n) => ({
      env: env(ENTERED),
      virtualServices: times(10, (at) => vs(at, { ...AT_GATEWAY, http: times(n, () => route()) })),
    }),
  },
  'hosts that are no entry, 8 entries': {
    most: 50_000,
    of: (n) => ({
      env: env(ENTERED),
      virtualServices: times(10, (at) =>
        vs(at, {
          hosts: times(n, (one) => `h${one}.example.com`),
          gateways: ['gw'],
          http: [route()],
        }),
      ),
    }),
  },
  'headers in VirtualServices, an env with a ref': {
    most: 8000,
    of: (n) => ({
      env: env({ ref: 'mp-1' }),
      virtualServices: times(10, (at) =>
        vs(at, {
          http: times(n / 1000, () =>
            route({
              match: [
                {
                  headers: map(
                    1000,
                    (one) => `x-source-route${one}`,
                    () => ({ exact: 'a' }),
                  ),
                },
              ],
            }),
          ),
        }),
      ),
    }),
  },
  'routes of VirtualServices, an env with a ref': {
    most: 5000,
    of: (n) => ({
      env: env({ ref: 'mp-1' }),
      virtualServices: times(10, (at) => vs(at, { http: times(n, () => route()) })),
    }),
  },
  'routes of a delegate and its root, an env with a ref': {
    most: 5000,
    of: (n) => ({
      env: env({ ref: 'mp-1' }),
      virtualServices: [
        vs(0, { hosts: [], http: times(n, () => route()) }),
        vs(1, { http: times(n, () => ({ delegate: { name: 'vs-0', namespace: 'shop' } })) }),
      ],
    }),
  },
  'Deployments that exist already': {
    most: 32,
    of: (n) => existing(n, (at) => ({ deployment: `b${at}-x` })),
  },
  'labels of Deployments that exist already': {
    most: 10_000,
    of: (n) => {
      const labels = map(
        n,
        (at) => `l${at}`,
        () => 'a',
      );
      const names = times(32, (at) => `b${at}`);
      const all = names.flatMap((name) => [
        deployment({}, labels, name),
        {
          ...deployment({}, labels, `${name}-x`),
          spec: {
            ...deployment({}, labels, `${name}-x`).spec,
            selector: { matchLabels: names.indexOf(name) < 4 ? labels : { app: name } },
          },
        },
      ]);
      return existing(32, (at) => ({ deployment: `b${at}-x` }), {
        related: { 'Deployment.apps/v1': byName(all) },
      });
    },
  },
  'ports of Services that exist already': {
    most: 15_000,
    of: (n) =>
      existing(16, (at) => ({ service: `b${at}-x` }), {
        services: times(16, (at) =>
          [`b${at}`, `b${at}-x`].map((name, second) => ({
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name, namespace: 'shop' },
            spec: {
              clusterIP: '10.0.0.1',
              selector: second ? { branch: 'x', app: 'z' } : { app: `b${at}` },
              ports: times(n, (port) => ({
                port: 1 + ((port + second) % 65_535),
                protocol: 'TCP',
              })),
            },
          })),
        ).flat(),
      }),
  },
};
