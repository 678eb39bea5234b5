import { type ClientHttp2Stream, connect, constants } from 'node:http2';
import { field, fieldsOf, struct } from './protobuf.ts';

/** What a simulated sidecar subscribes to. It is sent to istiod in this order. */
export type Resource = 'clusters' | 'listeners' | 'routes';

const TYPES: Readonly<Record<Resource, string>> = {
  clusters: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  listeners: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  routes: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
};
const RESOURCES = Object.keys(TYPES) as Resource[];
const PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources';
const WINDOW = 64 * 1024 * 1024;

export interface AdsClientOptions {
  /** istiod's port on 127.0.0.1, without TLS. */
  port: number;
  /** Number of the proxy, for its address. Unique within a mesh. */
  number: number;
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** Names of the route tables. */
  routes: readonly string[];
}

/** One resource type as istiod sent it last. */
export interface Received {
  /** Number of responses so far. */
  responses: number;
  /** Bytes of the resources in the last response. */
  bytes: number;
  /** The resources of the last response, encoded. */
  resources: readonly Buffer[];
  /** When the last response came (`performance.now()`). */
  at: number;
}

/**
 * A sidecar that takes its configuration from istiod and accepts everything, without a proxy behind it: a stream of the aggregated
 * discovery service (https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol). It does not subscribe to endpoints.
 */
export interface AdsClient {
  of(resource: Resource): Received;
  stop(): void;
}

export function startAdsClient(options: AdsClientOptions): AdsClient {
  const session = connect(`http://127.0.0.1:${options.port}`, {
    settings: { initialWindowSize: WINDOW },
  });
  session.on('connect', () => session.setLocalWindowSize(WINDOW));
  session.on('error', () => undefined);
  const stream = session.request({
    ':method': 'POST',
    ':path': PATH,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  const received = new Map<Resource, Received>();
  const node = nodeOf(options);
  for (const resource of RESOURCES) {
    send(stream, [field(2, node), ...named(resource, options), field(4, TYPES[resource])]);
  }
  onMessage(stream, (message) => {
    const { version, type, nonce, resources } = responseOf(message);
    const resource = RESOURCES.find((one) => TYPES[one] === type);
    if (resource === undefined) return;
    received.set(resource, {
      responses: (received.get(resource)?.responses ?? 0) + 1,
      bytes: resources.reduce((sum, { length }) => sum + length, 0),
      resources,
      at: performance.now(),
    });
    const names = named(resource, options);
    send(stream, [field(1, version), ...names, field(4, type), field(5, nonce)]);
  });
  return {
    of: (resource) => received.get(resource) ?? { responses: 0, bytes: 0, resources: [], at: 0 },
    stop: () => {
      stream.close(constants.NGHTTP2_CANCEL);
      session.destroy();
    },
  };
}

/** Field 3 of a DiscoveryRequest: clusters and listeners are wildcards. */
function named(resource: Resource, { routes }: AdsClientOptions): Buffer[] {
  return resource === 'routes' ? routes.map((name) => field(3, name)) : [];
}

function nodeOf({ number, name, namespace, labels }: AdsClientOptions): Buffer {
  const address = `10.99.${100 + (number >> 8)}.${number & 255}`;
  const id = `sidecar~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`;
  const metadata = {
    NAME: name,
    NAMESPACE: namespace,
    LABELS: labels,
    CLUSTER_ID: 'Kubernetes',
    ISTIO_VERSION: '1.30.3',
  };
  return Buffer.concat([
    field(1, id),
    field(2, `${name}.${namespace}`),
    field(3, struct(metadata)),
  ]);
}

/** A gRPC message: one byte that says that it is not compressed, its length, its bytes. */
function send(stream: ClientHttp2Stream, parts: readonly Buffer[]): void {
  const message = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  if (!stream.destroyed) stream.write(Buffer.concat([head, message]));
}

function onMessage(stream: ClientHttp2Stream, take: (message: Buffer) => void): void {
  let chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    const isComplete = () => {
      if (size < 5) return false;
      if ((chunks[0]?.length ?? 0) < 5) chunks = [Buffer.concat(chunks)];
      return size >= 5 + (chunks[0]?.readUInt32BE(1) ?? 0);
    };
    while (isComplete()) {
      const all = Buffer.concat(chunks);
      const end = 5 + all.readUInt32BE(1);
      take(all.subarray(5, end));
      chunks = [all.subarray(end)];
      size = all.length - end;
    }
  });
}

function responseOf(message: Buffer) {
  const response = { version: '', type: '', nonce: '', resources: [] as Buffer[] };
  for (const { number, content } of fieldsOf(message)) {
    if (number === 1) response.version = content.toString();
    else if (number === 2) response.resources.push(content);
    else if (number === 4) response.type = content.toString();
    else if (number === 5) response.nonce = content.toString();
  }
  return response;
}
