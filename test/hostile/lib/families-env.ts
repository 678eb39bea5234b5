import { gzipSync } from 'node:zlib';
import type { Family } from './families.ts';
import {
  byName,
  CREATED,
  HOST,
  injection,
  map,
  nested,
  route,
  times,
  virtualService,
} from './parts.ts';

const CUSTOMIZE = '/dynamicenv/customize';
const SYNC = '/dynamicenv/sync';
const FINALIZE = '/dynamicenv/finalize';
const ENV_LABEL = { 'env.riskified.com/alice': 'injected' };
const RULE = 'DestinationRule.networking.istio.io/v1';

const OVERRIDE = { containers: [{ image: 'backend:2' }] };
const SUBSET = { name: 'backend', namespace: 'shop', ...OVERRIDE };

function env(spec: object = {}, metadata: object = {}, more: object = {}) {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: 'alice', uid: 'u1', generation: 1, creationTimestamp: CREATED, ...metadata },
    spec: {
      istioMatches: [{ headers: { user: { exact: 'alice' } } }],
      subsets: [SUBSET],
      ...spec,
    },
    ...more,
  };
}

function deployment(template: object = {}, labels: object = {}, name = 'backend') {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', creationTimestamp: CREATED },
    spec: {
      selector: { matchLabels: { app: 'backend' } },
      template: {
        metadata: { labels: { app: 'backend', version: 'shared', ...labels } },
        spec: { containers: [{ name: 'backend', image: 'backend:1' }], ...template },
      },
    },
  };
}

function service(index: number, spec: object = { selector: { app: 'backend' } }) {
  const name = index === 0 ? 'backend' : `service-${index}`;
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec };
}

function rule(index: number, spec: object = {}) {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: `rule-${index}`, namespace: 'shop', creationTimestamp: CREATED },
    spec: {
      host: 'backend',
      subsets: [{ name: 'shared', labels: { version: 'shared' } }],
      ...spec,
    },
  };
}

interface Cluster {
  env?: object;
  base?: object;
  services?: object[];
  rules?: object[];
  virtualServices?: object[];
  children?: object;
  related?: object;
}

function body(
  { env: parent, base, services, rules, virtualServices, children, related }: Cluster,
  finalizing = false,
) {
  return {
    controller: {},
    parent: parent ?? env(),
    children: children ?? {},
    related: {
      'Deployment.apps/v1': { 'shop/backend': base ?? deployment() },
      'StatefulSet.apps/v1': {},
      'Service.v1': byName((services ?? [service(0)]) as never[]),
      [RULE]: byName((rules ?? [rule(0)]) as never[]),
      'VirtualService.networking.istio.io/v1': byName(
        (virtualServices ?? [
          virtualService({ http: [route()] }, { labels: ENV_LABEL }),
        ]) as never[],
      ),
      ...related,
    },
    finalizing,
  };
}

function vs(index: number, spec: object) {
  return virtualService(spec, { name: `vs-${index}`, labels: ENV_LABEL });
}

function own(kind: string, name: string) {
  return {
    name,
    labels: { 'dynamic-env': 'true', 'controller-uid': 'u1' },
    annotations: {
      'riskified.com/dynamic-environment': 'alice',
      'riskified.com/deployment': 'shop/backend',
      'riskified.com/service-host': HOST,
    },
    ...(kind === 'RouteInjection' ? {} : { namespace: 'shop' }),
  };
}

/** So many children of each kind. */
function children(n: number) {
  const injections = times(n, (at) => {
    const one = injection(at, { env: 'alice', host: `h${at}` });
    return { ...one, metadata: { ...one.metadata, ...own('RouteInjection', `i${at}`) } };
  });
  const rules = times(n, (at) => ({ ...rule(at), metadata: own('DestinationRule', `r${at}`) }));
  const clones = times(n, (at) => ({ ...deployment(), metadata: own('Deployment', `d${at}`) }));
  return {
    'Deployment.apps/v1': byName(clones),
    [RULE]: byName(rules),
    'RouteInjection.riskified.com/v1alpha1': byName(injections),
  };
}

function meshIndex(content: unknown) {
  return {
    'Namespace.v1': { shop: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } },
    'MeshIndex.riskified.com/v1alpha1': {
      'shop/mesh-index': {
        apiVersion: 'riskified.com/v1alpha1',
        kind: 'MeshIndex',
        metadata: {
          name: 'mesh-index',
          namespace: 'shop',
          annotations: { 'metacontroller.k8s.io/decorator-controller': 'mesh-index' },
          ownerReferences: [
            { apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'n', controller: true },
          ],
        },
        spec: {
          format: 1,
          services: 0,
          destinationRules: 0,
          content: gzipSync(JSON.stringify(content)).toString('base64'),
        },
      },
    },
  };
}

const many = (n: number) => times(n, (at) => `item-${at}`);

/** Clusters around an env that grow. */
const CLUSTERS: Record<string, { most: number; of: (size: number) => Cluster }> = {
  'rules of one host': { most: 8000, of: (n) => ({ rules: times(n, (at) => rule(at)) }) },
  'rules of one host with exportTo of their own': {
    most: 8000,
    of: (n) => ({ rules: times(n, (at) => rule(at, { exportTo: [`n${at}`] })) }),
  },
  'rules of one host with many exportTo': {
    most: 1000,
    of: (n) => ({
      rules: times(n, (at) =>
        rule(at, { exportTo: times(300, (one) => `n${(one * 31 + at) % 500}`) }),
      ),
    }),
  },
  'rules of one host with selectors': {
    most: 8000,
    of: (n) => ({
      rules: times(n, (at) => rule(at, { workloadSelector: { matchLabels: { app: `${at}` } } })),
    }),
  },
  'rules of wildcards': {
    most: 8000,
    of: (n) => ({ rules: times(n, (at) => rule(at, { host: `*${HOST.slice(at % 25)}` })) }),
  },
  'rules of other wildcards': {
    most: 8000,
    of: (n) => ({ rules: times(n, (at) => rule(at, { host: `*.n${at}.com` })) }),
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
  'services and rules of each': {
    most: 8000,
    of: (n) => ({
      services: times(n, (at) => service(at)),
      rules: times(n, (at) => rule(at, { host: at === 0 ? 'backend' : `service-${at}` })),
    }),
  },
  'services and rules of wildcards': {
    most: 8000,
    of: (n) => ({
      services: times(n, (at) => service(at)),
      rules: times(n, (at) => rule(at, { host: `*.${'shop.svc.cluster.local'.slice(at % 20)}` })),
    }),
  },
  'services of others': {
    most: 20_000,
    of: (n) => ({ services: times(n, (at) => service(at, { selector: { app: `a${at}` } })) }),
  },
  'labels that a service selects': {
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
  'services that ask for labels of the base': {
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
  'variables of the base': {
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
  'a long value of a variable': {
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
  'depth of the base': { most: 200_000, of: (n) => ({ base: deployment({ volumes: nested(n) }) }) },
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
  'routes of VirtualServices, 64 workloads and 16 matches': {
    most: 20_000,
    of: (n) => crowded(10, n),
  },
  'VirtualServices, 64 workloads and 16 matches': { most: 8000, of: (n) => crowded(n, 1) },
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
  'depth of an index': {
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

const WIDE_ENV = {
  istioMatches: times(16, (at) => ({
    headers: map(
      16,
      (header) => `x-${header}`,
      () => ({ prefix: `a${at}` }),
    ),
  })),
};

/** As many workloads as an env may have, each with a Service of its own. */
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

function deepIndex(depth: number): object {
  const text = `{"namespace":"shop","rules":[],"services":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const index = meshIndex(0);
  const object = index['MeshIndex.riskified.com/v1alpha1']['shop/mesh-index'];
  object.spec.content = gzipSync(text).toString('base64');
  return index;
}

/** Specs that grow, and what slips past the API server. */
const SPECS: Record<string, { most: number; of: (size: number) => object }> = {
  matches: {
    most: 30_000,
    of: (n) => env({ istioMatches: times(n, (at) => ({ headers: { user: { exact: `${at}` } } })) }),
  },
  headers: {
    most: 30_000,
    of: (n) =>
      env({
        istioMatches: [
          {
            headers: map(
              n,
              (at) => `h${at}`,
              () => ({ exact: 'a' }),
            ),
          },
        ],
      }),
  },
  'headers with an empty regex': {
    most: 30_000,
    of: (n) =>
      env({
        istioMatches: [
          {
            headers: map(
              n,
              (at) => `h${at}`,
              () => ({ regex: '' }),
            ),
          },
        ],
      }),
  },
  'spellings of a header': {
    most: 16_000,
    of: (n) => env({ istioMatches: [{ headers: map(n, spelling, () => ({ exact: 'a' })) }] }),
  },
  'source labels': {
    most: 30_000,
    of: (n) =>
      env({
        istioMatches: [
          {
            sourceLabels: map(
              n,
              (at) => `l ${at}`,
              () => 'a',
            ),
          },
        ],
      }),
  },
  'a text in place of headers': {
    most: 1_400_000,
    of: (n) => env({ istioMatches: [{ headers: 'a'.repeat(n) }] }),
  },
  subsets: {
    most: 20_000,
    of: (n) =>
      env({ subsets: times(n, (at) => ({ ...SUBSET, name: `b${at}`, namespace: `n${at}` })) }),
  },
  'one subset again and again': {
    most: 20_000,
    of: (n) => env({ subsets: times(n, () => SUBSET) }),
  },
  consumers: {
    most: 20_000,
    of: (n) => env({ consumers: times(n, (at) => ({ ...SUBSET, name: `b${at}` })) }),
  },
  'wrong quantities': {
    most: 40_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: [
              {
                resources: {
                  limits: map(
                    n,
                    (at) => `r${at}`,
                    () => 'much',
                  ),
                },
              },
            ],
          },
        ],
      }),
  },
  'wrong types': { most: 100_000, of: (n) => env({ subsets: times(n, () => 7) }) },
  'unknown fields': {
    most: 40_000,
    of: (n) =>
      env(
        map(
          n,
          (at) => `f${at}`,
          () => 'a',
        ),
      ),
  },
  'pod labels': {
    most: 40_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            podLabels: map(
              n,
              (at) => `l${at}`,
              () => '!',
            ),
          },
        ],
      }),
  },
  containers: {
    most: 20_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: times(n, (at) => ({ containerName: `c${at}`, image: 'a' })),
          },
        ],
      }),
  },
  variables: {
    most: 20_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: [{ env: times(n, (at) => ({ name: `V${at % 50}`, value: 'a' })) }],
          },
        ],
      }),
  },
  commands: {
    most: 100_000,
    of: (n) =>
      env({
        subsets: [{ name: 'backend', namespace: 'shop', containers: [{ command: many(n) }] }],
      }),
  },
  'a long image': {
    most: 1_400_000,
    of: (n) =>
      env({
        subsets: [
          { name: 'backend', namespace: 'shop', containers: [{ image: 'a/'.repeat(n / 2) }] },
        ],
      }),
  },
  'a long value': {
    most: 1_400_000,
    of: (n) => env({ istioMatches: [{ headers: { user: { exact: 'a'.repeat(n) } } }] }),
  },
  'a long name of a header': {
    most: 1_400_000,
    of: (n) => env({ istioMatches: [{ headers: { ['a'.repeat(n)]: { exact: 'a' } } }] }),
  },
  'a long quantity': {
    most: 1_400_000,
    of: (n) =>
      env({
        subsets: [
          {
            name: 'backend',
            namespace: 'shop',
            containers: [{ resources: { limits: { cpu: '1'.repeat(n) } } }],
          },
        ],
      }),
  },
  'a long name': { most: 1_400_000, of: (n) => env({}, { name: 'a.'.repeat(n / 2) }) },
  depth: { most: 250_000, of: (n) => env({ subsets: nested(n) }) },
  'depth of an unknown field': { most: 250_000, of: (n) => env({ other: nested(n) }) },
  'depth of a wide list': {
    most: 250_000,
    of: (n) => env({ istioMatches: times(n / 100, () => nested(80)) }),
  },
  labels: {
    most: 30_000,
    of: (n) =>
      env(
        {},
        {
          labels: map(
            n,
            (at) => `l${at}`,
            () => 'a',
          ),
        },
      ),
  },
  finalizers: { most: 30_000, of: (n) => env({}, { finalizers: many(n) }) },
};

function spelling(at: number): string {
  return [...'user-agent-name']
    .map((char, bit) => (at & (1 << bit) ? char.toUpperCase() : char))
    .join('');
}

/** Namespaces that grow. */
const INDEXED: Record<
  string,
  { most: number; of: (size: number) => { services: object[]; rules: object[] } }
> = {
  services: { most: 40_000, of: (n) => ({ services: times(n, (at) => service(at)), rules: [] }) },
  'labels of a service': {
    most: 40_000,
    of: (n) => ({
      services: [
        service(0, {
          selector: map(
            n,
            (at) => `l${at}`,
            () => 'a',
          ),
        }),
      ],
      rules: [],
    }),
  },
  rules: { most: 20_000, of: (n) => ({ services: [], rules: times(n, (at) => rule(at)) }) },
  'a policy of a rule': {
    most: 200_000,
    of: (n) => ({
      services: [],
      rules: [rule(0, { subsets: [{ name: 'shared', trafficPolicy: nested(n) }] })],
    }),
  },
  'subsets of a rule': {
    most: 30_000,
    of: (n) => ({
      services: [],
      rules: [rule(0, { subsets: times(n, (at) => ({ name: `s${at}` })) })],
    }),
  },
};

export const ENVS_FAMILIES: readonly Family[] = [
  ...Object.entries(CLUSTERS).flatMap(([name, { most, of }]): Family[] => [
    { name: `env sync: ${name}`, url: SYNC, most, body: (n) => body(of(n)) },
    {
      name: `env finalize: ${name}`,
      url: FINALIZE,
      most,
      body: (n) => body({ children: children(3), ...of(n) }, true),
    },
  ]),
  ...Object.entries(SPECS).flatMap(([name, { most, of }]): Family[] => [
    {
      name: `env customize: ${name}`,
      url: CUSTOMIZE,
      most,
      body: (n) => ({ controller: {}, parent: of(n) }),
    },
    {
      name: `env sync: spec of ${name}`,
      url: SYNC,
      most,
      body: (n) => body({ env: of(n), children: children(2) }),
    },
    {
      name: `env finalize: spec of ${name}`,
      url: FINALIZE,
      most,
      body: (n) => body({ env: of(n), children: children(2) }, true),
    },
  ]),
  ...Object.entries(INDEXED).map(
    ([name, { most, of }]): Family => ({
      name: `mesh-index sync: ${name}`,
      url: '/mesh-index/sync',
      most,
      body: (n) => {
        const { services, rules } = of(n);
        return {
          controller: {},
          object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
          attachments: {},
          related: { 'Service.v1': byName(services as never[]), [RULE]: byName(rules as never[]) },
          finalizing: false,
        };
      },
    }),
  ),
];
