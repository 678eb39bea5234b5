import { CLONE_LABEL } from '../../../../src/api/marks.ts';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import type { ProxyIdentity } from '../../lib/envoy.ts';
import { ROOT_NAMESPACE } from '../../lib/istiod.ts';

/** The objects that all configurations share: namespaces, pods, proxies. Each configuration adds its own hosts. */

/** Namespaces with services and callers. */
export const SERVICE_NAMESPACES = ['east', 'west'] as const;
/** A namespace with callers, but without services. */
export const CALLER_NAMESPACE = 'north';
export const NAMESPACES = [...SERVICE_NAMESPACES, CALLER_NAMESPACE];
export const GATEWAY = `${ROOT_NAMESPACE}/public`;
/** A Gateway that exists, but no proxy serves it. */
export const OTHER_GATEWAY = `${ROOT_NAMESPACE}/other`;

export interface Caller extends ProxyIdentity {
  name: string;
  /** The gateway in the form that src/istio expects: `mesh`, or a Gateway's name. */
  gateway: string;
}

export const PROXIES: readonly Caller[] = [
  { name: 'front', namespace: 'east', labels: { app: 'front', tier: 'web' }, gateway: 'mesh' },
  { name: 'batch', namespace: 'west', labels: { app: 'batch', tier: 'jobs' }, gateway: 'mesh' },
  { name: 'plain', namespace: CALLER_NAMESPACE, labels: { tier: 'web' }, gateway: 'mesh' },
  {
    name: 'public',
    namespace: ROOT_NAMESPACE,
    labels: { istio: 'public' },
    isGateway: true,
    gateway: GATEWAY,
  },
];

/** Versions that have pods in each namespace. The versions in ENV_NAMES are those of the envs' clones. */
export const BASE_VERSION = 'shared';
export const ENV_NAMES = ['red', 'blue', 'green'] as const;
export const VERSIONS = [BASE_VERSION, 'v2', 'v3', ...ENV_NAMES];
export const POD_APP = 'echo';

export function worldObjects(): KubeObject[] {
  return [
    ...NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...SERVICE_NAMESPACES.flatMap((namespace) =>
      VERSIONS.map((version) => deployment(`echo-${version}`, namespace, version)),
    ),
    gateway(GATEWAY, { istio: 'public' }),
    gateway(OTHER_GATEWAY, { istio: 'other' }),
  ];
}

export function deployment(name: string, namespace: string, version: string): KubeObject {
  const labels = { app: POD_APP, version };
  const isClone = (ENV_NAMES as readonly string[]).includes(version);
  const spec = {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      // A clone's subset asks for its mark, too (ADR 17).
      metadata: { labels: isClone ? { ...labels, [CLONE_LABEL]: name } : labels },
      spec: { containers: [{ name: 'echo', image: `registry.example.com/echo:${version}` }] },
    },
  };
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
  return object;
}

function gateway(fullName: string, selector: Record<string, string>): KubeObject {
  const [namespace = '', name = ''] = fullName.split('/');
  const servers = [80, 8080].map((number) => ({
    port: { number, name: `http-${number}`, protocol: 'HTTP' },
    hosts: ['*'],
  }));
  const object = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace },
    spec: { selector, servers },
  };
  return object;
}
