import {
  base,
  type ConfiguredCluster,
  environment,
  main,
  ownClones,
} from './configuration-parts.ts';
import { body, env, service } from './env-parts.ts';
import type { Family } from './families.ts';
import { byName, map, times } from './parts.ts';

const ENVIRONMENTS = 'Environment.riskified.com/v1alpha1';

const VARIABLES = map(
  128,
  (at) => `V${at}`,
  () => 'x',
);
const CONFIGURED = {
  subsets: undefined,
  environment: 'e0',
  scope: [{ namespace: 'shop', consumers: true }],
};

/** What an author of Deployments, of Environments or of the env itself can make grow. */
const CLUSTERS: Record<string, { most: number; of: (n: number) => ConfiguredCluster }> = {
  'workloads in scope': {
    most: 5000,
    of: (n) => ({ bases: times(n, (at) => base(at, { containers: main([{ name: 'W' }]) })) }),
  },
  'unique workloads': {
    most: 5000,
    of: (n) => ({ bases: times(n, (at) => base(at, { containers: main([{ name: 'V0' }]) })) }),
  },
  'workloads that are scaled to zero, and Services': {
    most: 5000,
    of: (n) => ({
      bases: times(n, (at) =>
        base(at, { containers: main([{ name: 'V0' }]), more: { replicas: 0 } }),
      ),
      services: times(n, (at) => service(at, { selector: { app: `b${at}`, tier: 'web' } })),
    }),
  },
  'workloads that are scaled to zero, and Services of Rollouts': {
    most: 5000,
    of: (n) => ({
      bases: times(n, (at) =>
        base(at, { containers: main([{ name: 'V0' }]), more: { replicas: 0 } }),
      ),
      services: times(n, (at) => {
        const one = service(at, { selector: { app: `b${at}`, 'rollouts-pod-template-hash': 'x' } });
        const annotations = { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'r' };
        return { ...one, metadata: { ...one.metadata, annotations } };
      }),
    }),
  },
  'workloads and Services that have a label in common': {
    most: 5000,
    of: (n) => ({
      bases: times(n, (at) => {
        const one = base(at, { containers: main([{ name: 'V0' }]) });
        const labels = { app: `b${at}`, of: 'shop', version: 'shared' };
        const { template } = one.spec;
        return { ...one, spec: { ...one.spec, template: { ...template, metadata: { labels } } } };
      }),
      services: times(n, (at) => service(at, { selector: { of: 'shop', app: `b${at}` } })),
    }),
  },
  'StatefulSets in scope': {
    most: 5000,
    of: (n) => ({
      bases: [],
      statefulSets: times(n, (at) => base(at, { containers: main([{ name: 'V0' }]) })),
      spec: { allowPartial: true },
    }),
  },
  'clones with another configuration, with and without routes': {
    most: 500,
    of: (n) => {
      const bases = times(n, (at) => base(at, { containers: main([{ name: 'V0' }]) }));
      return {
        bases,
        services: times(n, (at) => service(at, { selector: { app: `b${at}` } })),
        children: ownClones(bases),
      };
    },
  },
  'init containers': {
    most: 10_000,
    of: (n) => {
      const one = base(0, { containers: main([]) });
      const initContainers = times(n, (at) => ({
        name: `i${at}`,
        restartPolicy: 'Always',
        env: [
          { name: 'V0', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'X', value: '$(V0)' },
        ],
      }));
      const { template } = one.spec;
      const pod = { ...template.spec, initContainers };
      return { bases: [{ ...one, spec: { ...one.spec, template: { ...template, spec: pod } } }] };
    },
  },
  'containers and names in the annotation': {
    most: 4000,
    of: (n) => ({
      bases: [
        base(0, {
          containers: times(n, (at) => ({
            name: `c${at}`,
            envFrom: [{ secretRef: { name: 's' } }],
          })),
          annotations: {
            'riskified.com/variables': times(10 * n, (at) => `W${at}`).join(','),
          },
        }),
      ],
    }),
  },
  'containers that read every variable by envFrom': {
    most: 4000,
    of: (n) => ({
      bases: [
        base(0, {
          containers: times(n, (at) => ({
            name: `c${at}`,
            envFrom: [{ secretRef: { name: 's' } }],
          })),
          annotations: { 'riskified.com/variables': times(128, (at) => `V${at}`).join(',') },
        }),
      ],
    }),
  },
  'containers whose variables cannot be removed': {
    most: 4000,
    of: (n) => ({
      bases: [
        base(0, {
          containers: times(n, (at) => ({
            name: `c${at}`,
            envFrom: [{ secretRef: { name: 's' } }],
          })),
          annotations: { 'riskified.com/variables': times(128, (at) => `U${at}`).join(',') },
        }),
      ],
      environments: [environment('e0', { unset: times(128, (at) => `U${at}`) })],
    }),
  },
  'workloads that read every variable by envFrom': {
    most: 4000,
    of: (n) => ({
      bases: times(n, (at) =>
        base(at, {
          containers: [{ name: 'main', envFrom: [{ secretRef: { name: 's' } }] }],
          annotations: { 'riskified.com/variables': times(128, (v) => `V${v}`).join(',') },
        }),
      ),
    }),
  },
  'variables of a container': {
    most: 20_000,
    of: (n) => ({
      bases: [
        base(0, {
          containers: main(
            times(n, (at) => ({ name: `V${at}`, value: `$(V${at + 1})$(V${at - 1})$$(` })),
          ),
        }),
      ],
    }),
  },
  'variables that double': {
    most: 10_000,
    of: (n) => ({
      bases: [
        base(0, {
          containers: main(
            times(n, (at) => ({ name: `V${at}`, value: `$(V${at - 1})$(V${at - 1})` })),
          ),
        }),
      ],
      environments: [environment('e0', { vars: { V0: 'xy' } })],
    }),
  },
  'workloads with long values that refer to each other': {
    most: 200,
    of: (n) => ({
      bases: times(n, (at) =>
        base(at, {
          containers: main([
            { name: 'V0', value: 'a' },
            { name: 'LONG', value: 'x'.repeat(60_000) },
            ...times(30, (v) => ({ name: `X${v}`, value: `$(LONG)$(V0)$(LONG)${v}` })),
          ]),
        }),
      ),
    }),
  },
  'a layer whose variables refer to each other': {
    most: 128,
    of: (n) => ({
      bases: times(500, (at) => base(at, { containers: main([{ name: `V${n - 1}` }]) })),
      environments: [
        environment('e0', {
          vars: map(
            n,
            (at) => `V${at}`,
            (at) => `$(V${at - 1})`.repeat(100),
          ),
        }),
      ],
    }),
  },
  'long values for many workloads': {
    most: 500,
    of: (n) => ({
      bases: times(n, (at) => base(at, { containers: main([{ name: 'V0' }, { name: 'V1' }]) })),
      environments: [
        environment('e0', { vars: { V0: 'x'.repeat(32_000), V1: 'é'.repeat(32_000) } }),
      ],
      spec: { scope: [{ namespace: 'shop', consumers: true }] },
    }),
  },
  'entries of the scope': {
    most: 2000,
    of: (n) => ({
      bases: times(n, (at) => base(at, { containers: main([{ name: 'V0' }]) })),
      spec: {
        scope: times(8, (entry) => ({
          namespace: 'shop',
          selector: {
            matchExpressions: times(16, (at) => ({
              key: `k${entry}${at}`,
              operator: 'NotIn',
              values: times(32, (value) => `v${value}`),
            })),
          },
        })),
      },
    }),
  },
  'Environments that extend each other': {
    most: 5000,
    of: (n) => ({
      bases: [base(0, { containers: main([{ name: 'V0' }]) })],
      environments: times(n, (at) => environment(`e${at}`, { extends: `e${(at + 1) % n}` })),
    }),
  },
};

function related({
  bases,
  statefulSets = [],
  environments = [environment('e0', { vars: VARIABLES })],
}: ConfiguredCluster) {
  return {
    'Deployment.apps/v1': byName(bases),
    'StatefulSet.apps/v1': byName(statefulSets.map((one) => ({ ...one, kind: 'StatefulSet' }))),
    [ENVIRONMENTS]: byName(environments),
  };
}

export const CONFIGURATION_FAMILIES: readonly Family[] = Object.entries(CLUSTERS).flatMap(
  ([name, { most, of }]): Family[] =>
    [false, true].map((isFinal) => ({
      name: `env ${isFinal ? 'finalize' : 'sync'}, configuration: ${name}`,
      url: isFinal ? '/dynamicenv/finalize' : '/dynamicenv/sync',
      most,
      body: (n) => {
        const cluster = of(n);
        const { services = [], spec = {}, children } = cluster;
        const parent = env({ ...CONFIGURED, ...spec });
        const objects = { env: parent, services, related: related(cluster) };
        return body(children ? { ...objects, children } : objects, isFinal);
      },
    })),
);
