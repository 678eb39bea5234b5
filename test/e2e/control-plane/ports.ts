import { createServer } from 'node:net';

/** Different ports of 127.0.0.1 that are free now. Another process may still take one of them later. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  return Promise.all(servers.map(close));
}

type Server = ReturnType<typeof createServer>;

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function close(server: Server): Promise<number> {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return new Promise((resolve) => server.close(() => resolve(address.port)));
}
