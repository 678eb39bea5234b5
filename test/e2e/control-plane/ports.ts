import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Ports are chosen below Linux's range for outgoing connections (`net.ipv4.ip_local_port_range`: from 32768). A port of that range may
 * be taken by any connection before the program that it is meant for listens on it.
 */
const FIRST = 10_000;
const BEYOND = 32_768;

/** Different ports of 127.0.0.1 that are free now. They are chosen at random, so that programs that start together seldom get the same. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST, BEYOND);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
