import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildAdmissionApp } from '../../src/http/admission-app.ts';
import { ADMISSION_HOOKS } from '../support/hooks.ts';
import { testApp } from './lib/app.ts';
import { selfSigned } from './lib/certificate.ts';
import { drip, head, portOf, raw } from './lib/raw.ts';

jest.setTimeout(60_000);

/** The time limit of both ports, plus a margin for a busy machine. */
const WITHIN_MS = 10_000 + 3_000;

interface Opened {
  app: FastifyInstance;
  port: number;
  encrypted: boolean;
}

let doors: Opened[];

beforeAll(async () => {
  const { app: plain, service } = await testApp();
  plain.get('/large', () => Buffer.alloc(64 * 2 ** 20));
  const https = selfSigned('127.0.0.1');
  const secure = buildAdmissionApp({ hooks: ADMISSION_HOOKS, service, https });
  doors = [
    { app: plain, port: await portOf(plain), encrypted: false },
    { app: secure, port: await portOf(secure), encrypted: true },
  ];
});

afterAll(() => Promise.all(doors.map(({ app }) => app.close())));

const REVIEW = '/admission/virtualservices';

/**
 * Ways to occupy a connection without a complete request. Each returns when the server closed the connection, and what
 * it sent.
 */
const HOLDERS: Record<string, (door: Opened) => Promise<[number, string]>> = {
  'nothing at all': async (door) => {
    const one = await raw(door.port, door);
    return [await one.ended, one.said()];
  },
  'nothing, not even a handshake': async ({ port }) => {
    const one = await raw(port);
    return [await one.ended, one.said()];
  },
  'headers, byte by byte': async (door) => {
    const one = await raw(door.port, door);
    return [
      await drip(one, 'POST / HTTP/1.1\r\nhost: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),
      '',
    ];
  },
  'a body, byte by byte': async (door) => {
    const one = await raw(door.port, door);
    one.send(head(REVIEW, 'content-length: 1000'));
    return [await drip(one, ' '), one.said()];
  },
  'a body in chunks, byte by byte': async (door) => {
    const one = await raw(door.port, door);
    one.send(head(REVIEW, 'transfer-encoding: chunked'));
    return [await drip(one, '1\r\n \r\n'), one.said()];
  },
  'half a body': async (door) => {
    const one = await raw(door.port, door);
    one.send(`${head(REVIEW, 'content-length: 1000')}{`);
    return [await one.ended, one.said()];
  },
};

test('every such connection is closed within ten seconds', async () => {
  const all = doors.flatMap((door) =>
    Object.entries(HOLDERS).map(async ([name, hold]) => {
      const [time, said] = await hold(door);
      return { name, encrypted: door.encrypted, time, said };
    }),
  );
  for (const { name, encrypted, time, said } of await Promise.all(all)) {
    expect([name, encrypted, time < WITHIN_MS]).toEqual([name, encrypted, true]);
    if (name.includes('body')) expect([name, said.slice(0, 12)]).toEqual([name, 'HTTP/1.1 408']);
  }
});

/**
 * Requests an answer that is larger than the socket buffers, and reads some of it every half second. Returns when the
 * server closed the connection.
 */
async function unread({ app, port }: Opened, bytes: number): Promise<() => Promise<number>> {
  const held = once(app.server, 'connection');
  const one = await raw(port);
  const [socket] = (await held) as [Socket];
  one.socket.pause();
  const timer = setInterval(() => bytes > 0 && one.socket.read(bytes), 500);
  const start = performance.now();
  const ended = new Promise((resolve) => socket.once('close', resolve));
  one.send('GET /large HTTP/1.1\r\nhost: a\r\n\r\n');
  return async () => {
    await ended;
    clearInterval(timer);
    one.socket.destroy();
    return performance.now() - start;
  };
}

test('a connection whose client reads the answer slowly or not at all is closed', async () => {
  const [plain] = doors as [Opened];
  const ends = [await unread(plain, 0), await unread(plain, 65_536)];
  for (const end of ends) expect(await end()).toBeLessThan(WITHIN_MS);
});

test('idle connections stay open longer than Go clients keep them, which is 90 seconds', () => {
  for (const { app } of doors) {
    expect(app.server.keepAliveTimeout).toBeGreaterThan(90_000);
  }
});
