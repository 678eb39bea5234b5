import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cluster } from '../../e2e/control-plane/control-plane.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import { freePorts } from '../../e2e/control-plane/ports.ts';
import { type Running, startProcess } from '../../e2e/control-plane/process.ts';
import { selfSigned } from '../../http/lib/certificate.ts';
import { validationWebhook } from './validation-webhook.ts';

const run = promisify(execFile);

export const ROOT_NAMESPACE = 'istio-system';

export interface Istiod {
  /** Port on 127.0.0.1 from which proxies get their configuration, without TLS. */
  grpcPort: number;
  /** Port on 127.0.0.1 for its debugging pages, and for its webhooks with `webhooksOnHttp`. */
  httpPort: number;
  running: Running;
}

/** Path of istiod's program (pilot-discovery), if configured. */
export function istiodProgram(): string | undefined {
  const program = process.env['ISTIOD_BIN'] ?? '';
  return program === '' ? undefined : program;
}

/** `1.30.3` */
export async function istiodVersion(): Promise<string> {
  const { stdout } = await run(istiodProgram() ?? '', ['version', '--short']);
  return stdout.trim().split('version: ').at(-1) ?? '';
}

/** The proxies of this suite have no certificates, and lack Istio's own filters. */
const MESH_CONFIG = { rootNamespace: ROOT_NAMESPACE, enableAutoMtls: false };
const ENV = { PILOT_ENABLE_METADATA_EXCHANGE: 'false' };

/**
 * Starts istiod on free ports of 127.0.0.1 and waits until it is ready. Istio's kinds must be installed.
 * `webhooksOnHttp`: it serves its webhooks (`/validate`) without TLS. `validates`: the API server asks its
 * validating webhook about every write of Istio's kinds, and refuses the write if the webhook does not answer.
 */
export async function startIstiod(
  cluster: Cluster,
  program: string,
  { webhooksOnHttp = false, validates = false } = {},
): Promise<Istiod> {
  const { kubectl, kubeconfig, folder } = cluster;
  const meshConfig = join(folder, 'mesh-config.json');
  await writeFile(meshConfig, JSON.stringify(MESH_CONFIG));
  await kubectl(['create', 'namespace', ROOT_NAMESPACE]);
  const data = [`--from-literal=mesh=${JSON.stringify(MESH_CONFIG)}`];
  await kubectl(['create', 'configmap', 'istio', '-n', ROOT_NAMESPACE, ...data]);
  const ports = await freePorts(5);
  const [grpcPort = 0, http = 0, https = 0, monitoring = 0, control = 0] = ports;
  const flags = [
    'discovery',
    `--kubeconfig=${kubeconfig}`,
    `--namespace=${ROOT_NAMESPACE}`,
    `--meshConfig=${meshConfig}`,
    `--grpcAddr=127.0.0.1:${grpcPort}`,
    '--secureGRPCAddr=',
    `--httpAddr=127.0.0.1:${http}`,
    webhooksOnHttp ? '--httpsAddr=' : `--httpsAddr=127.0.0.1:${https}`,
    `--monitoringAddr=127.0.0.1:${monitoring}`,
    `--ctrlz_port=${control}`,
    '--kubernetesApiQPS=400',
    '--kubernetesApiBurst=800',
  ];
  // Its own certificate is not for an address.
  const { cert, key } = selfSigned('127.0.0.1');
  if (validates) flags.push(...(await tlsFlags(folder, cert, key)));
  const running = startProcess('istiod', program, flags, folder, { env: ENV });
  await until(120, async () => {
    if (running.hasEnded()) throw new Error(`istiod has ended: ${await running.tail()}`);
    return fetch(`http://127.0.0.1:${http}/ready`).then(
      ({ status }) => (status === 200 ? undefined : `istiod: /ready answers ${status}`),
      () => 'istiod does not listen yet',
    );
  });
  if (validates) {
    const input = validationWebhook(`https://127.0.0.1:${https}/validate`, cert);
    await kubectl(['apply', '-f', '-'], { input });
  }
  return { grpcPort, httpPort: http, running };
}

async function tlsFlags(folder: string, cert: string, key: string): Promise<string[]> {
  const [certFile, keyFile] = [join(folder, 'istiod.crt'), join(folder, 'istiod.key')];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
  return [`--tlsCertFile=${certFile}`, `--caCertFile=${certFile}`, `--tlsKeyFile=${keyFile}`];
}
