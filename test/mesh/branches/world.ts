import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';

export const NAMESPACE = 'shop';
/** The host at the gateway, and the Gateway's name. */
export const PUBLIC_HOST = 'shop.example.com';
export const GATEWAY = `${NAMESPACE}/web`;
export const GATEWAY_LABELS = { istio: 'web' };
/** The chain of services: each one calls the next. Requests enter at the gateway, which calls the first. */
export const CHAIN = ['frontend', 'cart-service', 'payment-service'] as const;
export type ServiceName = (typeof CHAIN)[number];
/** Version label of the regular pods. */
export const REGULAR = 'shared';

interface Branch {
  name: string;
  ref: string;
  services: readonly ServiceName[];
}

/**
 * Three envs for two branches. Branch `mp-101` was deployed from two repositories, each with its own env. The version
 * label of an env's pods is its name.
 */
const BRANCHES: readonly Branch[] = [
  { name: 'form', ref: 'mp-101', services: ['frontend'] },
  { name: 'fees', ref: 'mp-101', services: ['payment-service'] },
  { name: 'coupons', ref: 'mp-102', services: ['cart-service', 'payment-service'] },
];

/** The version that must answer for a service, if a request selects this ref for it. */
export function versionOf(service: ServiceName, ref: string | undefined): string {
  const branch = BRANCHES.find((one) => one.ref === ref && one.services.includes(service));
  return branch?.name ?? REGULAR;
}

export function envs(): (LocalObject & DynamicEnv)[] {
  return BRANCHES.map(({ name, ref, services }) => ({
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name },
    spec: {
      ref,
      subsets: services.map((service) => ({
        name: service,
        namespace: NAMESPACE,
        containers: [{ image: `${service}:${ref}` }],
      })),
    },
  }));
}

/** The objects that exist without any env. */
export function world(): LocalObject[] {
  const [first] = CHAIN;
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...CHAIN.flatMap(serviceObjects),
    networking('Gateway', 'web', {
      selector: GATEWAY_LABELS,
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [PUBLIC_HOST] }],
    }),
    networking('VirtualService', 'web', {
      hosts: [PUBLIC_HOST],
      gateways: [GATEWAY],
      http: [route(first)],
    }),
    // The gateway calls the first service. So only the others need routes in the mesh.
    ...CHAIN.slice(1).map((name) =>
      networking('VirtualService', name, { hosts: [name], http: [route(name)] }),
    ),
  ];
}

/** A service with its regular version. */
export function serviceObjects(name: string): LocalObject[] {
  const labels = { app: name, version: REGULAR };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: `${name}:1` }] },
      },
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  };
  const subsets = [{ name: REGULAR, labels: { version: REGULAR } }];
  return [deployment, service, networking('DestinationRule', name, { host: name, subsets })];
}

function route(host: ServiceName) {
  return { name: 'all', route: [{ destination: { host, subset: REGULAR } }] };
}

/** One of Istio's objects. */
export function networking(kind: string, name: string, spec: Record<string, unknown>): LocalObject {
  const metadata = { name, namespace: NAMESPACE };
  const object = { apiVersion: 'networking.istio.io/v1', kind, metadata, spec };
  return object;
}
