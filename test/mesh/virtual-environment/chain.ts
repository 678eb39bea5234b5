import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import type { CallNext, Echo } from '../lib/echo.ts';
import { CHAIN, HEADER, LABEL, NAMESPACE, PORT } from './world.ts';

const NEXT: ReadonlyMap<string, string> = new Map(
  CHAIN.slice(1).map((name, index) => [CHAIN[index] ?? '', name]),
);
const agent = new Agent({ keepAlive: true });

/** A pod's service and version. */
export interface Caller {
  app: string;
  version: string;
}

/**
 * How the pods of the chain call the next service: through the sidecar of their own version, with the header that they got.
 * `sidecarPort`: the port on 127.0.0.1 of a version's sidecar.
 */
export function chainCalls(sidecarPort: (caller: Caller) => number): CallNext {
  return ({ labels }, { rawHeaders }) => {
    const caller = { app: labels['app'] ?? '', version: labels[LABEL] ?? '' };
    const next = NEXT.get(caller.app);
    if (next === undefined) return undefined;
    const passed = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 && name.toLowerCase() === HEADER ? [name, rawHeaders[index + 1] ?? ''] : [],
    );
    return call(sidecarPort(caller), ['host', `${next}.${NAMESPACE}:${PORT}`, ...passed]);
  };
}

/** `headers`: names and values in turn, as Node sends them without a change. */
function call(port: number, headers: string[]): Promise<{ status: number; echo?: Echo }> {
  return new Promise((resolve) => {
    request({ agent, host: '127.0.0.1', port, path: '/', headers })
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

/** What one service of the chain was: its version, and the header that it got. */
export interface Seen {
  version: string | undefined;
  header: string | undefined;
}

export function seenBy({ labels, headers, next }: Echo): Seen[] {
  const own = { version: labels[LABEL], header: headers[HEADER] as string | undefined };
  if (next === undefined) return [own];
  if (next.echo === undefined)
    return [own, { version: `status ${next.status}`, header: undefined }];
  return [own, ...seenBy(next.echo)];
}
