import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ISTIO_MAX_PROGRAM } from '../lib/bootstrap.ts';
import type { VirtualHost } from './route-config.ts';

const run = promisify(execFile);
const MANAGER =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';

/** Envoy's error for one route table with these hosts; undefined when it accepts the table. */
export function refusalOf(
  program: string,
  hosts: readonly VirtualHost[],
  maxProgram = ISTIO_MAX_PROGRAM,
): Promise<string | undefined> {
  return bootstrapRefusal(program, bootstrap(hosts, maxProgram));
}

/** Envoy's error for this bootstrap; undefined when it accepts it. */
export async function bootstrapRefusal(
  program: string,
  config: object,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-accepts-'));
  try {
    const file = join(folder, 'envoy.json');
    await writeFile(file, JSON.stringify(config));
    await run(program, ['--mode', 'validate', '-c', file, '-l', 'error'], { maxBuffer: 2 ** 26 });
    return undefined;
  } catch (error) {
    const {
      stderr = '',
      stdout = '',
      message,
    } = error as Error & Record<'stderr' | 'stdout', string>;
    return (stderr + stdout || message).slice(0, 500);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Finds the hosts that Envoy refuses when they are validated one by one, at most `limit` of them. It searches by
 * bisection.
 */
export async function refusedHosts(
  program: string,
  hosts: readonly VirtualHost[],
  maxProgram = ISTIO_MAX_PROGRAM,
  limit = 5,
): Promise<{ host: VirtualHost; refusal: string }[]> {
  const refusal = await refusalOf(program, hosts, maxProgram);
  if (refusal === undefined) return [];
  const [host] = hosts;
  if (host !== undefined && hosts.length === 1) return [{ host, refusal }];
  const middle = hosts.length >> 1;
  const first = await refusedHosts(program, hosts.slice(0, middle), maxProgram, limit);
  if (first.length >= limit) return first;
  const rest = limit - first.length;
  return [...first, ...(await refusedHosts(program, hosts.slice(middle), maxProgram, rest))];
}

/**
 * Envoy's bootstrap with one listener on 127.0.0.1 and these virtual hosts. Port 0 is enough for a bootstrap that is
 * only validated.
 */
export function bootstrap(
  virtual_hosts: readonly VirtualHost[],
  maxProgram: number,
  port_value = 0,
  flags: Readonly<Record<string, boolean>> = {},
): object {
  return tableBootstrap({ name: '80', virtual_hosts }, maxProgram, port_value, flags);
}

/** As `bootstrap`, with this route table. */
export function tableBootstrap(
  table: object,
  maxProgram: number,
  port_value = 0,
  flags: Readonly<Record<string, boolean>> = {},
): object {
  const { validateClusters: _, ...rest } = table as { validateClusters?: boolean };
  const manager = {
    '@type': MANAGER,
    stat_prefix: 'routes',
    route_config: { ...rest, validate_clusters: false },
    http_filters: [{ name: 'router', typed_config: { '@type': ROUTER } }],
  };
  const listener = {
    name: 'routes',
    address: { socket_address: { address: '127.0.0.1', port_value } },
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  };
  const runtime = { 're2.max_program_size.error_level': `${maxProgram}`, ...flags };
  return {
    static_resources: { listeners: [listener] },
    layered_runtime: { layers: [{ name: 'istio', static_layer: runtime }] },
  };
}
