import type { Service } from '../../k8s/workload.ts';

/** Protocols that Istio routes as HTTP (`IsHTTP` in istio `pkg/config/protocol/instance.go`). */
const HTTP_PROTOCOLS: ReadonlySet<string> = new Set([
  'http',
  'http2',
  'http_proxy',
  'grpc',
  'grpc-web',
]);

/** Names that Kubernetes itself defines for `appProtocol`. */
const KUBERNETES_PROTOCOLS: ReadonlyMap<string, boolean> = new Map([
  ['kubernetes.io/h2c', true],
  ['kubernetes.io/ws', true],
  ['kubernetes.io/wss', false],
]);

/**
 * The numbers of a Service's HTTP ports, in its order. Istio recognises them by `appProtocol`, or else by the part of
 * the name before the first hyphen. A port whose protocol Istio only detects in the traffic is not among them.
 * Source: ConvertProtocol in istio `pkg/config/kube/conversion.go`.
 */
export function httpPorts({ spec }: Service): number[] {
  return (spec?.ports ?? [])
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .filter(({ appProtocol, name = '' }) => {
      const known = KUBERNETES_PROTOCOLS.get(appProtocol ?? '');
      return known ?? isHttpName(appProtocol ?? name);
    })
    .map(({ port }) => port);
}

function isHttpName(text: string): boolean {
  const name = text.toLowerCase();
  // Checked first, because it has a hyphen of its own.
  if (name.startsWith('grpc-web')) return true;
  return HTTP_PROTOCOLS.has(name.split('-', 1)[0] ?? '');
}
