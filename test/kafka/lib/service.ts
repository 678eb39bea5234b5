import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Stands in for a Service: an address that stays, and leads each new connection to one of the ports that are its endpoints now.
 * `freeze`: connections stay open and new ones are accepted, but nothing gets through, as when a network loses packets.
 */
export interface Service {
  url: string;
  setEndpoints(ports: readonly number[]): void;
  freeze(): void;
  thaw(): void;
  close(): void;
}

export async function startService(): Promise<Service> {
  let ports: readonly number[] = [];
  let turn = 0;
  let isFrozen = false;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (isFrozen) socket.pause();
  };
  const server = createServer((client) => {
    const port = ports[turn++ % ports.length];
    if (port === undefined) return client.destroy();
    const backend = connect(port, '127.0.0.1');
    keep(client);
    keep(backend);
    for (const [from, to] of [
      [client, backend],
      [backend, client],
    ] as const) {
      from.on('data', (data) => void to.write(data));
      from.on('close', () => to.destroy());
      if (isFrozen) from.pause();
    }
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setEndpoints: (next) => {
      ports = next;
    },
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    // What waited would arrive late, as no packets do that were lost: connections are cut.
    thaw: () => {
      isFrozen = false;
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
