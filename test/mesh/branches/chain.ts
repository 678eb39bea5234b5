import { Agent, request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import type { HeaderList } from '../../../src/refs/carried.ts';
import type { CallNext, Echo } from '../lib/echo.ts';
import { CHAIN, NAMESPACE } from './world.ts';

/** The headers that every service passes on to the next one. */
const PASSED = ['x-service-route', 'x-source-route', 'baggage', 'cookie'];
const NEXT: ReadonlyMap<string, string> = new Map(
  CHAIN.slice(1).map((name, index) => [CHAIN[index] ?? '', name]),
);
const agent = new Agent({ keepAlive: true });

/**
 * How the pods of a service call the next service of the chain: through the sidecar of their service, with the headers
 * that they got. `sidecarPort`: the port on 127.0.0.1 of a service's sidecar.
 */
export function chainCalls(sidecarPort: (service: string) => number): CallNext {
  return ({ labels }, { url, rawHeaders }) => {
    const service = labels['app'] ?? '';
    const next = NEXT.get(service);
    if (next === undefined) return undefined;
    const headers = passedOn(rawHeaders).flat();
    return call(sidecarPort(service), url ?? '/', ['host', `${next}.${NAMESPACE}`, ...headers]);
  };
}

/** The headers among these that a service passes on. Repeated headers stay separate. */
export function passedOn(raw: readonly string[]): HeaderList {
  const all = raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : [],
  );
  return all.filter(([name]) => PASSED.includes(name.toLowerCase()));
}

/** Calls a port of 127.0.0.1. `headers`: names and values in turn, as Node sends them without a change. */
export function call(
  port: number,
  path: string,
  headers: string[],
): Promise<{ status: number; echo?: Echo }> {
  return new Promise((resolve) => {
    httpRequest({ agent, host: '127.0.0.1', port, path, headers })
      .on('response', (response) => {
        const status = response.statusCode ?? 0;
        json(response).then(
          (echo) => resolve({ status, echo: echo as Echo }),
          // A proxy's own answer is plain text.
          () => resolve({ status }),
        );
      })
      .on('error', () => resolve({ status: 0 }))
      .end();
  });
}

/** The version that answered for each service of the chain; the status if no pod answered. */
export function versionsIn(status: number, echo: Echo | undefined): string[] {
  if (echo === undefined) return [`status ${status}`];
  const { next, labels } = echo;
  const version = labels['version'] ?? `${labels['app']} without version`;
  return [version, ...(next ? versionsIn(next.status, next.echo) : [])];
}
