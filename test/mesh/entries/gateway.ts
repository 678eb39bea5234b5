import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, request as send } from 'node:http';
import { request as sendSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../e2e/control-plane/poll.ts';
import { freePorts } from '../../e2e/control-plane/ports.ts';
import { startProcess } from '../../e2e/control-plane/process.ts';
import type { VirtualHost } from '../accepts/route-config.ts';
import { bootstrap } from '../accepts/validate.ts';
import { ISTIO_MAX_PROGRAM } from '../lib/bootstrap.ts';
import { ECHO, WENT_TO } from './envoy-routes.ts';

export interface GatewayAnswer {
  status: number;
  /** `subset|host`; undefined: no upstream was asked. */
  wentTo?: string;
  /** The request's headers as the upstream got them. */
  got: Record<string, string>;
  /** Of the answer; several of one name are in one list. */
  headers: Record<string, string[]>;
}

/** In PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

export interface Gateway {
  /** Where it listens on 127.0.0.1. */
  port: number;
  ask(host: string, path: string, headers?: Record<string, string>): Promise<GatewayAnswer>;
  stop(): Promise<void>;
}

const answerHeaders: RequestListener = (request, response) => {
  response.setHeader('cache-control', 'public, max-age=60');
  response.end(JSON.stringify(request.headers));
};

/**
 * An Envoy on 127.0.0.1 that plays the gateway, and a server behind it. By default the server answers with the headers that it got.
 * With a certificate the gateway speaks only TLS, HTTP/2 and HTTP/1.1.
 */
export async function startGateway(
  program: string,
  host: VirtualHost,
  answer: RequestListener = answerHeaders,
  certificate?: Certificate,
): Promise<Gateway> {
  const upstream = createServer(answer);
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-entries-'));
  const file = join(folder, 'envoy.json');
  const plain = bootstrap([host], ISTIO_MAX_PROGRAM, port);
  const config = withCluster(
    certificate === undefined ? plain : withTls(plain, certificate),
    (upstream.address() as AddressInfo).port,
  );
  await writeFile(file, JSON.stringify(config));
  const args = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '-l', 'error'];
  const running = startProcess('envoy', program, args, folder);
  const ask: Gateway['ask'] = (authority, path, headers = {}) =>
    call({ port, certificate }, authority, path, headers);
  await until(60, async () => {
    if (running.hasEnded()) throw new Error(`Envoy has ended: ${await running.tail()}`);
    const answered = await ask(host.domains[0] ?? '', '/').catch(() => undefined);
    return answered === undefined ? 'Envoy does not answer yet' : undefined;
  });
  return {
    port,
    ask,
    stop: async () => {
      await running.stop();
      upstream.closeAllConnections();
      await new Promise((resolve) => upstream.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function withCluster(config: object, port_value: number): object {
  const { static_resources, ...rest } = config as { static_resources: object };
  const address = { socket_address: { address: '127.0.0.1', port_value } };
  const endpoints = [{ lb_endpoints: [{ endpoint: { address } }] }];
  const cluster = {
    name: ECHO,
    type: 'STATIC',
    load_assignment: { cluster_name: ECHO, endpoints },
  };
  return { ...rest, static_resources: { ...static_resources, clusters: [cluster] } };
}

function withTls(config: object, { cert, key }: Certificate): object {
  const { static_resources, ...rest } = config as {
    static_resources: { listeners: { filter_chains: object[] }[] };
  };
  const pair = { certificate_chain: { inline_string: cert }, private_key: { inline_string: key } };
  const transport_socket = {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
      common_tls_context: { tls_certificates: [pair], alpn_protocols: ['h2', 'http/1.1'] },
    },
  };
  const listeners = static_resources.listeners.map((listener) => ({
    ...listener,
    filter_chains: listener.filter_chains.map((chain) => ({ ...chain, transport_socket })),
  }));
  return { ...rest, static_resources: { ...static_resources, listeners } };
}

function call(
  { port, certificate }: { port: number; certificate: Certificate | undefined },
  host: string,
  path: string,
  headers: Record<string, string>,
): Promise<GatewayAnswer> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path, headers: { ...headers, host } };
    // The certificate is for another name than the host of the request.
    const request = certificate
      ? sendSecurely({
          ...options,
          ca: certificate.cert,
          checkServerIdentity: () => undefined,
          agent: false,
        })
      : send({ ...options, agent: false });
    request.on('error', reject);
    request.on('response', async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      const got = body.startsWith('{') ? (JSON.parse(body) as Record<string, string>) : {};
      const wentTo = got[WENT_TO];
      resolve({
        status: response.statusCode ?? 0,
        ...(wentTo === undefined ? {} : { wentTo }),
        got,
        headers: Object.fromEntries(
          Object.entries(response.headersDistinct).map(([name, values]) => [name, values ?? []]),
        ),
      });
    });
    request.end();
  });
}
