import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { FastifyInstance } from 'fastify';

/** A TCP connection of a test. It sends exactly the bytes that it gets, and collects what the server sends. */
export interface Raw {
  socket: Socket;
  /** What the server has sent until now. */
  said(): string;
  /** Resolves when the server closes the connection, with the milliseconds since it was opened. */
  ended: Promise<number>;
  send(text: string | Buffer): void;
}

export async function portOf(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

export async function raw(port: number, { encrypted = false } = {}): Promise<Raw> {
  const at = { host: '127.0.0.1', port };
  const socket = encrypted ? connectSecurely({ ...at, rejectUnauthorized: false }) : connect(at);
  const start = performance.now();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  // Errors are ignored here: the tests check how the server ends the connection.
  socket.on('error', () => undefined);
  const ended = new Promise<number>((resolve) => {
    socket.once('close', () => resolve(performance.now() - start));
  });
  await Promise.race([once(socket, encrypted ? 'secureConnect' : 'connect'), ended]);
  return {
    socket,
    said: () => Buffer.concat(chunks).toString(),
    ended,
    send: (text) => {
      if (!socket.destroyed) socket.write(text);
    },
  };
}

/** The headers of a POST request with a JSON body. */
export function head(path: string, ...more: string[]): string {
  const lines = [`POST ${path} HTTP/1.1`, 'host: a', 'content-type: application/json', ...more];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Sends one character every half second, until the server closes the connection. Returns when it was closed. */
export async function drip({ send, ended }: Raw, text: string): Promise<number> {
  let at = 0;
  const timer = setInterval(() => {
    send(text[at % text.length] ?? ' ');
    at += 1;
  }, 500);
  const time = await ended;
  clearInterval(timer);
  return time;
}

/** Waits until the server has sent this text, or has closed the connection. Returns all that it has sent. */
export async function answered(one: Raw, what: string | RegExp): Promise<string> {
  while (one.said().match(what) === null && !one.socket.destroyed) {
    await Promise.race([once(one.socket, 'data'), one.ended]);
  }
  return one.said();
}
