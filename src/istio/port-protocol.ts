/** Protocols of ports on which Istio does no http routing (istio `pkg/config/protocol/instance.go`). */
const STREAMS = new Set(['tcp', 'udp', 'tls', 'https', 'mongo', 'mysql', 'redis']);

/** Names that Kubernetes itself defines for `appProtocol`. */
const KUBERNETES_NAMES = new Map([
  ['kubernetes.io/h2c', 'http2'],
  ['kubernetes.io/ws', 'http'],
  ['kubernetes.io/wss', 'https'],
]);

/** Ports that Istio takes for TCP if their names say nothing: SMTP, DNS, MySQL, MongoDB. */
const KNOWN_STREAMS = new Set([25, 53, 3306, 27017]);
const HTTP = new Set(['http', 'http2', 'http_proxy', 'grpc']);

export interface Port {
  port: number;
  protocol?: string;
  name?: string;
  appProtocol?: string;
}

/**
 * The protocol of a Service's port if http routes do not apply there; undefined: it is HTTP, or Istio finds out for each connection. It
 * is given by `appProtocol`, or else by the port's name up to its first hyphen (istio `pkg/config/kube/conversion.go`, ConvertProtocol).
 */
export function streamProtocol({ port, protocol, name, appProtocol }: Port): string | undefined {
  if (protocol === 'UDP' || protocol === 'SCTP') return protocol.toLowerCase();
  const given = appProtocol ?? name ?? '';
  const known = KUBERNETES_NAMES.get(appProtocol ?? '') ?? given.split('-')[0]?.toLowerCase() ?? '';
  if (STREAMS.has(known)) return known;
  return KNOWN_STREAMS.has(port) && !HTTP.has(known) ? 'tcp' : undefined;
}
