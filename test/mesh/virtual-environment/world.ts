import type { LocalObject } from '../../../src/simulator/object.ts';

export const NAMESPACE = 'levels';
/** Another namespace, with a Service, and with pods that have the same label. */
export const OTHER = 'elsewhere';
export const HEADER = 'ali-env-mark';
export const LABEL = 'virtual-env';
export const DEFAULT = 'dev';
export const PORT = 8080;

/** Each service calls the next one, with the header that it got. */
export const CHAIN = ['js', 'go', 'java'] as const;
export const GATEWAY_LABELS = { istio: 'web-gateway' };
export const PUBLIC_HOST = 'shop.example.com';
export const EXTERNAL_HOST = 'api.example.org';

/** The versions of each Service. */
export const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  js: ['dev', 'dev.proj1'],
  go: ['dev', 'dev.proj2'],
  java: ['dev', 'dev.proj1', 'dev.proj1.feature1'],
  // One is the beginning of the other, and one differs by a character that subset names cannot have.
  borders: ['dev', 'dev.proj-ab', 'dev.proj-abc', 'dev.proj.ab', 'dev.proj-ab.deep'],
  // Nobody has the default.
  orphan: ['qa', 'qa.x'],
  single: ['dev'],
  shop: ['dev', 'dev.proj1'],
  ruled: ['dev', 'dev.proj1'],
};
export const SERVICES = Object.keys(VERSIONS);

/** Aliases of the header. The last one is refused: nobody can say where its value ends. */
export const ALIASES = [
  { name: 'x-plain', pattern: '' },
  { name: 'x-tag', pattern: 'env=(@)(?:;.*)?' },
  { name: 'x-open', pattern: '<v>.*', placeholder: '<v>' },
  { name: 'x-refused', pattern: '(@)[a-z]*' },
] as const;

export function virtualEnvironment(autoInject = true): LocalObject {
  const object = {
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    metadata: { name: 'demo', namespace: NAMESPACE },
    spec: {
      envHeader: { name: HEADER, autoInject, aliases: ALIASES },
      envLabel: { name: LABEL, splitter: '.', defaultSubset: DEFAULT },
    },
  };
  return object;
}

const ANNOTATIONS: Readonly<Record<string, Record<string, string>>> = {
  shop: {
    'kt-virtual-environment/gateways': 'web',
    'kt-virtual-environment/hosts': PUBLIC_HOST,
  },
  ruled: {
    'kt-virtual-environment/rule': JSON.stringify({
      match: [{ uri: { prefix: '/api/' } }],
      rewrite: { uri: '/' },
      timeout: '1s',
    }),
  },
};

/** Everything but the VirtualEnvironment. */
export function world(): LocalObject[] {
  return [
    ...[NAMESPACE, OTHER].map((name) => object('v1', 'Namespace', name, undefined, {})),
    ...SERVICES.flatMap((name) => [
      service(name, NAMESPACE),
      ...(VERSIONS[name] ?? []).map((value) => workload(name, value)),
    ]),
    service('elsewhere', OTHER),
    deployment('elsewhere', OTHER, 'elsewhere', { app: 'elsewhere' }),
    object('networking.istio.io/v1', 'Gateway', 'web', NAMESPACE, {
      spec: {
        selector: GATEWAY_LABELS,
        servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [PUBLIC_HOST] }],
      },
    }),
  ];
}

/** A Service of the internet, whose server is one of the pods. */
export function externalService(address: string): LocalObject {
  return object('networking.istio.io/v1', 'ServiceEntry', 'external', NAMESPACE, {
    spec: {
      hosts: [EXTERNAL_HOST],
      location: 'MESH_EXTERNAL',
      resolution: 'STATIC',
      ports: [{ number: PORT, name: 'http', protocol: 'HTTP' }],
      endpoints: [{ address }],
    },
  });
}

export const workloadName = (app: string, value: string) => `${app}-${value.replaceAll('.', '-')}`;

/** java's regular version is a StatefulSet. */
function workload(app: string, value: string): LocalObject {
  const name = workloadName(app, value === 'dev.proj.ab' ? 'dev-proj-dot-ab' : value);
  const labels = { app, [LABEL]: value };
  if (app !== 'java' || value !== DEFAULT) return deployment(name, NAMESPACE, app, labels);
  const { spec, ...rest } = deployment(name, NAMESPACE, app, labels) as LocalObject & {
    spec: object;
  };
  const stateful = { ...rest, kind: 'StatefulSet', spec: { ...spec, serviceName: app } };
  return stateful;
}

function deployment(
  name: string,
  namespace: string,
  app: string,
  labels: Record<string, string>,
): LocalObject {
  return object('apps/v1', 'Deployment', name, namespace, {
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: `${app}:1` }] },
      },
    },
  });
}

function service(name: string, namespace: string): LocalObject {
  const annotations = ANNOTATIONS[name];
  const made = object('v1', 'Service', name, namespace, {
    spec: { selector: { app: name }, ports: [{ name: 'http', port: PORT, targetPort: 8080 }] },
  });
  return annotations === undefined
    ? made
    : { ...made, metadata: { ...made.metadata, annotations } };
}

function object(
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string | undefined,
  rest: object,
): LocalObject {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const made = { apiVersion, kind, metadata, ...rest };
  return made;
}
