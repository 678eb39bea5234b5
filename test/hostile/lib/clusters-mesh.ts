import { type Cluster, deployment, env, rule, SUBSET, service } from './env-parts.ts';
import type { Growing } from './growing.ts';
import { byName, HOST, map, times } from './parts.ts';

/** An env with the maximum number of consumers, twice as many Services, and rules that affect all of them. */
function consuming(rules: object[]): Cluster {
  const names = times(32, (at) => `backend-${at}`);
  return {
    env: env({ subsets: [], consumers: names.map((name) => ({ ...SUBSET, name })) }),
    services: times(64, (at) => service(at)),
    rules,
    related: { 'Deployment.apps/v1': byName(names.map((name) => deployment({}, {}, name))) },
  };
}
const EVERY = `*.${HOST.slice(HOST.indexOf('.') + 1)}`;

/** Clusters with an env and a growing number of Services and DestinationRules. */
export const MESH_CLUSTERS: Growing<Cluster> = {
  'rules of one host': { most: 8000, of: (n) => ({ rules: times(n, (at) => rule(at)) }) },
  'rules of one host, each with another exportTo': {
    most: 8000,
    of: (n) => ({ rules: times(n, (at) => rule(at, { exportTo: [`n${at}`] })) }),
  },
  'rules of one host with many namespaces in exportTo': {
    most: 1000,
    of: (n) => ({
      rules: times(n, (at) =>
        rule(at, { exportTo: times(300, (one) => `n${(one * 31 + at) % 500}`) }),
      ),
    }),
  },
  'rules of one host with workload selectors': {
    most: 8000,
    of: (n) => ({
      rules: times(n, (at) => rule(at, { workloadSelector: { matchLabels: { app: `${at}` } } })),
    }),
  },
  'rules with wildcards that match the host': {
    most: 8000,
    of: (n) => ({ rules: times(n, (at) => rule(at, { host: `*${HOST.slice(at % 25)}` })) }),
  },
  'rules with wildcards that do not match the host': {
    most: 8000,
    of: (n) => ({ rules: times(n, (at) => rule(at, { host: `*.n${at}.com` })) }),
  },
  'rules with one wildcard, 32 consumers, 64 services': {
    most: 4000,
    of: (n) => consuming(times(n, (at) => rule(at, { host: EVERY }))),
  },
  'subsets of rules with a wildcard, 32 consumers, 64 services': {
    most: 10_000,
    of: (n) =>
      consuming(
        times(10, (at) =>
          rule(at, {
            host: EVERY,
            subsets: times(n, (one) => ({ name: `s${one}`, labels: { version: `v${one}` } })),
          }),
        ),
      ),
  },
  'subsets of a rule': {
    most: 20_000,
    of: (n) => ({
      rules: [
        rule(0, { subsets: times(n, (at) => ({ name: `s${at}`, labels: { version: 'shared' } })) }),
      ],
    }),
  },
  'rules with many subsets': {
    most: 400,
    of: (n) => ({
      rules: times(n, (at) =>
        rule(at, {
          subsets: times(400, (one) => ({ name: `s${one}`, labels: { version: 'shared' } })),
        }),
      ),
    }),
  },
  'labels of a subset': {
    most: 30_000,
    of: (n) => ({
      rules: [
        rule(0, {
          subsets: [
            {
              name: 'shared',
              labels: {
                version: 'shared',
                ...map(
                  n,
                  (at) => `l${at}`,
                  () => 'a',
                ),
              },
            },
          ],
        }),
      ],
    }),
  },
  'services that select the base': {
    most: 20_000,
    of: (n) => ({ services: times(n, (at) => service(at)) }),
  },
  'services, each with a rule': {
    most: 8000,
    of: (n) => ({
      services: times(n, (at) => service(at)),
      rules: times(n, (at) => rule(at, { host: at === 0 ? 'backend' : `service-${at}` })),
    }),
  },
  'services, and rules with wildcards': {
    most: 8000,
    of: (n) => ({
      services: times(n, (at) => service(at)),
      rules: times(n, (at) => rule(at, { host: `*.${'shop.svc.cluster.local'.slice(at % 20)}` })),
    }),
  },
  'services that do not select the base': {
    most: 20_000,
    of: (n) => ({ services: times(n, (at) => service(at, { selector: { app: `a${at}` } })) }),
  },
  'labels in the selector of a service': {
    most: 30_000,
    of: (n) => ({
      services: [
        service(0, {
          selector: {
            app: 'backend',
            ...map(
              n,
              (at) => `l${at}`,
              () => 'a',
            ),
          },
        }),
      ],
      base: deployment(
        {},
        map(
          n,
          (at) => `l${at}`,
          () => 'a',
        ),
      ),
    }),
  },
  'services that select the base by many labels': {
    most: 8000,
    of: (n) => ({
      services: times(n, (at) =>
        service(at, {
          selector: {
            app: 'backend',
            version: 'shared',
            ...map(
              10,
              (one) => `l${one}`,
              () => 'a',
            ),
          },
        }),
      ),
      base: deployment(
        {},
        map(
          n,
          (at) => `l${at}`,
          () => 'a',
        ),
      ),
    }),
  },
};
