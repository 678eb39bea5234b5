import { type Cluster, deployment, env } from './env-parts.ts';
import type { Growing } from './growing.ts';
import { CREATED, map, nested, times } from './parts.ts';

/** Clusters whose base Deployment grows. */
export const BASE_CLUSTERS: Growing<Cluster> = {
  'containers of the base': {
    most: 12_000,
    of: (n) => ({
      base: deployment({
        containers: times(n, (at) => ({ name: at === 0 ? 'backend' : `c${at}`, image: 'a' })),
      }),
      env: env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: times(16, (at) => ({
              containerName: at === 0 ? 'backend' : `c${at}`,
              image: 'b',
            })),
          },
        ],
      }),
    }),
  },
  'environment variables of the base': {
    most: 20_000,
    of: (n) => ({
      base: deployment({
        containers: [
          {
            name: 'backend',
            env: times(n, (at) => ({ name: `V${at}`, value: `$(V${at + 1}) $(V${at + 2})` })),
          },
        ],
      }),
      env: env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: [
              {
                image: 'b',
                env: times(200, (at) => ({ name: `V${at * 7}`, value: `$(V${at + 1})` })),
              },
            ],
          },
        ],
      }),
    }),
  },
  'a long value of an environment variable': {
    most: 1_400_000,
    of: (n) => ({
      base: deployment({
        containers: [{ name: 'backend', env: [{ name: 'A', value: '$(A)'.repeat(n / 4) }] }],
      }),
      env: env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: [{ image: 'b', env: [{ name: 'B', value: '$(A'.repeat(300) }] }],
          },
        ],
      }),
    }),
  },
  'other fields of the base': {
    most: 20_000,
    of: (n) => ({
      base: deployment({ volumes: times(n, (at) => ({ name: `v${at}`, emptyDir: {} })) }),
    }),
  },
  'labels and annotations of the base': {
    most: 20_000,
    of: (n) => {
      const base = deployment(
        {},
        map(
          n,
          (at) => `l${at}`,
          () => 'a',
        ),
      );
      const annotations = map(
        n,
        (at) => `a${at}`,
        () => 'b',
      );
      return {
        base: { ...base, metadata: { ...base.metadata, annotations, labels: annotations } },
      };
    },
  },
  'nesting depth of the base': {
    most: 200_000,
    of: (n) => ({ base: deployment({ volumes: nested(n) }) }),
  },
  'managed fields of the base': {
    most: 20_000,
    of: (n) => {
      const base = deployment();
      const managedFields = times(n, (at) => ({
        manager: `m${at}`,
        time: CREATED,
        operation: 'Update',
      }));
      return { base: { ...base, metadata: { ...base.metadata, managedFields } } };
    },
  },
};
