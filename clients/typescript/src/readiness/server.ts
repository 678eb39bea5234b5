import { createServer, type Server, type ServerResponse } from 'node:http';

export interface ReadinessOptions {
  port: number;
  isStarted(): boolean;
  /** What is left when the drain ends, in words; undefined: nothing. */
  drain(): Promise<string | undefined>;
  log(message: string): void;
}

/** Serves `/started` for the startupProbe and `/drain` for the preStop hook. */
export interface ReadinessServer {
  /** Begins to listen; further calls do nothing, but after an attempt that has failed. */
  open(): void;
  isOpen(): boolean;
  close(): Promise<void>;
}

export function readinessServer(options: ReadinessOptions): ReadinessServer {
  let server: Server | undefined;
  return {
    open: () => {
      server ??= listen(options, () => {
        server = undefined;
      });
    },
    isOpen: () => server !== undefined,
    close: async () => {
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      closing.closeAllConnections();
      await new Promise((resolve) => closing.close(resolve));
    },
  };
}

/** On all addresses, IPv6 and IPv4. It does not keep the process alive, and a port that is taken does not end it. */
function listen({ port, isStarted, drain, log }: ReadinessOptions, failed: () => void): Server {
  const server = createServer(({ url }, response) => {
    const path = url?.split('?', 1)[0];
    if (path === '/started') return answer(response, isStarted() ? 200 : 503, '');
    if (path !== '/drain') return answer(response, 404, 'only /started and /drain');
    return void drain().then(
      (left) => answer(response, left === undefined ? 200 : 504, left ?? 'done'),
      (error: Error) => answer(response, 500, error.message),
    );
  });
  server.on('error', (error) => {
    if (!server.listening) failed();
    log(
      `Port ${port} (DYNAMICENV_PORT) cannot be opened, so the env does not become live; it is tried again when a consumer joins its group again: ${error.message}`,
    );
  });
  return server.listen(port).unref();
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
