import type { LocalObject } from '../../../src/simulator/object.ts';
import { world as envsWorld, NAMESPACE } from '../load/lib/world.ts';

export { NAMESPACE };
/** Version label of the pods that exist without any branch. */
export const REGULAR = 'shared';
export const BRANCH = 'mp-101';
export const MERGE_API = 'istiomerger.monime.sl/v1alpha1';

export function istio(kind: string, name: string, spec: Record<string, unknown>): LocalObject {
  const metadata = { name, namespace: NAMESPACE };
  const object = { apiVersion: 'networking.istio.io/v1', kind, metadata, spec };
  return object;
}

/** A merge of the same namespace. */
export function merge(name: string, target: string, patch: object): LocalObject {
  const metadata = { name, namespace: NAMESPACE };
  const spec = { target: { name: target }, patch };
  const object = { apiVersion: MERGE_API, kind: 'VirtualServiceMerge', metadata, spec };
  return object;
}

/** A Deployment with its own label `app`, as a branch's chart has it. */
export function deployment(app: string, version: string): LocalObject {
  const labels = { app, version };
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace: NAMESPACE, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: `${app}:1` }] },
      },
    },
  };
  return object;
}

export interface Port {
  name: string;
  port: number;
}

export function service(name: string, app: string, { name: of, port }: Port = HTTP): LocalObject {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { app }, ports: [{ name: of, port, targetPort: 8080 }] },
  };
  return object;
}

const HTTP: Port = { name: 'http', port: 80 };
const TCP: Port = { name: 'tcp', port: 5432 };
const TLS: Port = { name: 'tls', port: 443 };

export const to = (host: string) => ({ route: [{ destination: { host } }] });

/** The regexes of `x-service-route` that are compared, by the name of their target. */
export const REGEXES = {
  slide: `^(payment-service:${BRANCH}.*|.*::payment-service:${BRANCH}.*)$`,
  fix: `^(?:.*::)?payment-service:${BRANCH}(?:::.*)?$`,
  strict: `^(?:[^:]+:[^:]+::)*payment-service:${BRANCH}(?:::[^:]+:[^:]+)*$`,
} as const;
export type RegexName = keyof typeof REGEXES;
export const REGEX_NAMES = Object.keys(REGEXES) as RegexName[];

/** The name of the branch's Service and pods for a service. */
export const branchOf = (name: string) => `${name}-${BRANCH}`;

/** Ways to write the same two routes of a stream: the branch's route by a merge, or by hand in the VirtualService. */
export const STREAM_WAYS = ['merged', 'by-hand'] as const;
export type StreamWay = (typeof STREAM_WAYS)[number];
export const SECURE_HOST = 'branch.vault.example.com';

const tcpBranch = { match: [{ port: TCP.port }], ...to(branchOf('db')) };
const tlsBranch = {
  match: [{ port: TLS.port, sniHosts: [SECURE_HOST] }],
  ...to(branchOf('vault')),
};

/** The objects without any merge. */
export function world(): LocalObject[] {
  return [
    ...envsWorld(),
    ...['payment-service', 'db', 'vault'].flatMap((app) => [
      deployment(app, REGULAR),
      deployment(branchOf(app), BRANCH),
    ]),
    service(branchOf('payment-service'), branchOf('payment-service')),
    service('payment-service', 'payment-service'),
    ...REGEX_NAMES.flatMap((name) => [
      service(name, 'payment-service'),
      istio('VirtualService', name, {
        hosts: [name],
        http: [{ name: 'stable', ...to('payment-service') }],
      }),
    ]),
    service(branchOf('db'), branchOf('db'), TCP),
    service(branchOf('vault'), branchOf('vault'), TLS),
    ...STREAM_WAYS.flatMap(streamObjects),
  ];
}

function streamObjects(way: StreamWay): LocalObject[] {
  const isByHand = way === 'by-hand';
  const secure = `vault-${way}.${NAMESPACE}.svc.cluster.local`;
  const own = { match: [{ port: TLS.port, sniHosts: [secure] }], ...to(`vault-${way}`) };
  return [
    service(`db-${way}`, 'db', TCP),
    service(`vault-${way}`, 'vault', TLS),
    istio('VirtualService', `db-${way}`, {
      hosts: [`db-${way}`],
      tcp: [...(isByHand ? [tcpBranch] : []), to(`db-${way}`)],
    }),
    istio('VirtualService', `vault-${way}`, {
      hosts: [secure, SECURE_HOST],
      tls: [...(isByHand ? [tlsBranch] : []), own],
    }),
  ];
}

/** The merges of the regexes and of the streams. */
export function merges(): LocalObject[] {
  return [
    ...REGEX_NAMES.map((name) => {
      const match = [{ headers: { 'x-service-route': { regex: REGEXES[name] } } }];
      return merge(name, name, { http: [{ match, ...to(branchOf('payment-service')) }] });
    }),
    merge('db', 'db-merged', { tcp: [tcpBranch] }),
    merge('vault', 'vault-merged', { tls: [tlsBranch] }),
  ];
}
