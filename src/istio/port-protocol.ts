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
/** Protocols that Istio routes as HTTP (`IsHTTP` in the same file). */
const HTTP = new Set(['http', 'http2', 'http_proxy', 'grpc', 'grpc-web']);

export interface Port {
  port: number;
  protocol?: string;
  name?: string;
  appProtocol?: string;
}

/**
 * The protocol that a Service's port is declared with, in lower case and perhaps unknown to Istio: `appProtocol`, or else the port's
 * name up to its first hyphen (istio `pkg/config/kube/conversion.go`, ConvertProtocol).
 */
function declaredProtocol({ name = '', appProtocol }: Port): string {
  const known = KUBERNETES_NAMES.get(appProtocol ?? '');
  if (known !== undefined) return known;
  const given = (appProtocol ?? name).toLowerCase();
  // Checked first, because it has a hyphen of its own.
  return given.startsWith('grpc-web') ? 'grpc-web' : (given.split('-', 1)[0] ?? '');
}

/** Is it declared as HTTP? What Istio only detects in the traffic is not. */
export function isDeclaredHttp(port: Port): boolean {
  return (port.protocol ?? 'TCP') === 'TCP' && HTTP.has(declaredProtocol(port));
}

/**
 * Does Istio find out for each connection whether it is HTTP? Those that are not take no http route (istio
 * `pilot/pkg/networking/core/listener.go`, ListenerProtocolAuto).
 */
export function isDetected(port: Port): boolean {
  return streamProtocol(port) === undefined && !isDeclaredHttp(port);
}

/** The protocol of a Service's port if http routes do not apply there; undefined: it is HTTP, or Istio finds out for each connection. */
export function streamProtocol(port: Port): string | undefined {
  const { protocol } = port;
  if (protocol === 'UDP' || protocol === 'SCTP') return protocol.toLowerCase();
  const declared = declaredProtocol(port);
  if (STREAMS.has(declared)) return declared;
  return KNOWN_STREAMS.has(port.port) && !HTTP.has(declared) ? 'tcp' : undefined;
}
