import { gzipSync } from 'node:zlib';
import { type Cluster, children, env, meshIndex, vs } from './env-parts.ts';
import type { Growing } from './growing.ts';
import { CREATED, map, route, times } from './parts.ts';

function deepIndex(depth: number): object {
  const text = `{"namespace":"shop","rules":[],"services":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const index = meshIndex(0);
  const object = index['MeshIndex.riskified.com/v1alpha1']['shop/mesh-index'];
  object.spec.content = gzipSync(text).toString('base64');
  return index;
}

/** Clusters in which an env's own objects grow, or the index of its namespace. */
export const OWN_CLUSTERS: Growing<Cluster> = {
  children: { most: 4000, of: (n) => ({ children: children(n) }) },
  'children and VirtualServices': {
    most: 2000,
    of: (n) => ({
      children: children(n),
      virtualServices: times(n, (at) => vs(at, { http: [route()] })),
    }),
  },
  'namespaces without an index': {
    most: 20_000,
    of: (n) => ({
      related: {
        'Namespace.v1': map(
          n,
          (at) => `n${at}`,
          (at) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `n${at}` } }),
        ),
      },
    }),
  },
  'an index of many zeros': {
    most: 64_000_000,
    of: (n) => ({
      related: meshIndex({ namespace: 'shop', services: times(n / 2, () => 0), rules: [] }),
    }),
  },
  'an index of many services': {
    most: 300_000,
    of: (n) => ({
      related: meshIndex({
        namespace: 'shop',
        services: times(n, (at) => ({
          metadata: { name: `s${at}` },
          spec: { selector: { app: 'backend' } },
        })),
        rules: [],
      }),
    }),
  },
  'nesting depth of an index': {
    most: 1_000_000,
    of: (n) => ({ related: { ...meshIndex(0), ...deepIndex(n) } }),
  },
  'conditions of the status': {
    most: 8000,
    of: (n) => ({
      env: env(
        {},
        {},
        {
          status: {
            state: 'ready',
            conditions: times(n, () => ({
              type: 'Ready',
              status: 'True',
              reason: 'a',
              message: 'b',
              lastTransitionTime: CREATED,
            })),
          },
        },
      ),
    }),
  },
  'errors of the status': {
    most: 10_000,
    of: (n) => ({
      services: [],
      env: env(
        {},
        {},
        {
          status: {
            state: 'ready',
            subsetsStatus: {
              'shop/backend': {
                deployment: { name: 'a', namespace: 'b', status: 'running' },
                subsetErrors: {
                  subset: times(n, (at) => ({ error: `e${at}`, lastOccurrence: CREATED })),
                },
              },
            },
          },
        },
      ),
    }),
  },
};
