import type { DestinationRule, HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';

/** The user's objects. Each has variants, which are the edits that the steps make. */

const NAMESPACE = 'shop';
const DOMAIN = 'shop.svc.cluster.local';

export interface BaseVariant {
  image: number;
  replicas: number;
  label: number;
  podLabel: number;
  /** A part of the selector. A change of it means that the Deployment is deleted and created again. */
  selector: number;
}

export const FIRST: BaseVariant = { image: 1, replicas: 2, label: 0, podLabel: 0, selector: 0 };

export const BASES = ['backend', 'web'] as const;
export type BaseName = (typeof BASES)[number];

export function base(name: BaseName, variant: BaseVariant): KubeObject {
  const { image, replicas, label, podLabel, selector } = variant;
  const pods = {
    app: name,
    version: 'shared',
    ...(selector === 0 ? {} : { track: `t${selector}` }),
  };
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels: { app: name, release: `r${label}` } },
    spec: {
      replicas,
      selector: { matchLabels: pods },
      template: {
        metadata: { labels: { ...pods, ...(podLabel === 0 ? {} : { team: `t${podLabel}` }) } },
        spec: {
          containers: [
            { name, image: `example.com/${name}:${image}`, ports: [{ containerPort: 8080 }] },
          ],
        },
      },
    },
  };
  return object;
}

export const SERVICES = ['backend', 'backend-alt', 'web'] as const;

function service(name: string, variant: number): KubeObject {
  const app = name.startsWith('backend') ? 'backend' : name;
  const selector = variant === 1 ? { app, version: 'shared' } : { app };
  const ports = [{ name: 'http', port: variant === 2 ? 81 : 80, targetPort: 8080 }];
  const metadata = { name, namespace: NAMESPACE };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector, ports } } as KubeObject;
}

export const RULES = ['backend', 'backend-alt', 'backend-extra', 'web'] as const;

const SHARED = { name: 'shared', labels: { version: 'shared' } };
const CANARY = { name: 'canary', labels: { version: 'canary' } };
const STABLE = { name: 'stable', labels: { version: 'shared' } };
const PATIENT = { connectionPool: { http: { http2MaxRequests: 200 } } };
const RULE_VARIANTS: Omit<DestinationRule['spec'], 'host'>[] = [
  { subsets: [SHARED] },
  { trafficPolicy: PATIENT, subsets: [{ ...SHARED, trafficPolicy: PATIENT }, CANARY] },
  { subsets: [CANARY] },
  { subsets: [STABLE, CANARY] },
];

function rule(name: string, variant: number): DestinationRule {
  const host = name === 'backend-extra' ? `backend.${DOMAIN}` : name;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace: NAMESPACE },
    // exportTo is never edited, because Istio would hide the clone's subset until the clone's rule has the same
    // exportTo.
    spec: {
      host,
      ...(name === 'web' ? { exportTo: ['*'] } : {}),
      ...RULE_VARIANTS[variant % RULE_VARIANTS.length],
    },
  };
}

function to(host: string, subset?: string, weight?: number) {
  const destination = { host, ...(subset === undefined ? {} : { subset }) };
  return { destination, ...(weight === undefined ? {} : { weight }) };
}

const REPORTS = { match: [{ uri: { prefix: '/reports' } }], timeout: '60s' };

/**
 * The last names resemble those of injected routes but are the user's. They detect code that removes routes by a
 * prefix of the name.
 */
function routeVariants(host: string): HTTPRoute[][] {
  const shared = { route: [to(host, 'shared')] };
  return [
    [{ name: 'reports', ...REPORTS, ...shared }, shared],
    [
      { ...REPORTS, redirect: { uri: '/' } },
      { name: 'rest', ...shared },
    ],
    [{ name: 'all', route: [to(host, 'shared', 90), to(host, 'canary', 10)] }],
    [{ ...REPORTS, route: [to(host)] }, shared],
    [
      { match: [{ headers: { user: { exact: 'carol' } } }], route: [to(host, 'canary')] },
      { match: [{ uri: { prefix: '/reports' }, headers: { team: { exact: 'x' } } }], ...shared },
      { match: [{ withoutHeaders: { user: {} } }], ...shared },
      shared,
    ],
    [{ name: 'stable', route: [to(host, 'stable')] }],
    [
      { name: 'dynamic-environment-docs', ...REPORTS, ...shared },
      { name: 'dynamic-environment-al-backend', match: [{ port: 80 }, { port: 81 }], ...shared },
      { name: 'answer', directResponse: { status: 404 } },
    ],
  ];
}

function frontRoutes(): HTTPRoute[][] {
  const [backend, web] = [`backend.${DOMAIN}`, `web.${DOMAIN}`];
  const path = (prefix: string, gateways?: string[]) => ({
    match: [{ uri: { prefix }, ...(gateways === undefined ? {} : { gateways }) }],
  });
  const shared = (host: string) => ({ route: [to(host, 'shared')] });
  return [
    [{ ...path('/backend'), ...shared(backend) }, shared(web)],
    [
      { ...path('/backend', ['edge/gw', 'mesh']), ...shared(backend) },
      { ...path('/web', ['edge/gw']), ...shared(web) },
    ],
    [{ route: [to(web, 'shared', 50), to(backend, 'shared', 50)] }],
  ];
}

export const VIRTUAL_SERVICES = ['backend', 'backend-alt', 'web', 'front'] as const;

function virtualService(name: string, variant: number): VirtualService {
  const isFront = name === 'front';
  const variants = isFront ? frontRoutes() : routeVariants(name);
  const http = variants[variant % variants.length] ?? [];
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: isFront ? 'edge' : NAMESPACE },
    spec: isFront
      ? { hosts: ['front.example.com'], gateways: ['edge/gw', 'mesh'], http }
      : { hosts: [name], http },
  };
}

export const ROUTED_HOSTS = SERVICES.map((name) => `${name}.${DOMAIN}`);

export type MeshKind = 'Service' | 'DestinationRule' | 'VirtualService';

export function meshObject(kind: MeshKind, name: string, variant: number): KubeObject {
  if (kind === 'Service') return service(name, variant);
  return kind === 'DestinationRule' ? rule(name, variant) : virtualService(name, variant);
}

/** The objects that exist before the first step. */
export function firstObjects(): KubeObject[] {
  return [
    ...BASES.map((name) => base(name, FIRST)),
    ...SERVICES.map((name) => meshObject('Service', name, 0)),
    ...RULES.filter((name) => name !== 'backend-extra').map((name) =>
      meshObject('DestinationRule', name, 0),
    ),
    ...VIRTUAL_SERVICES.map((name) => meshObject('VirtualService', name, 0)),
  ];
}
