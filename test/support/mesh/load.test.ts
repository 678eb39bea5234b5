import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePorts } from '../../e2e/control-plane/ports.ts';
import { serveEcho } from '../../mesh/lib/echo.ts';
import { startLoad } from '../../mesh/load/lib/load.ts';
import type { Door, Sent } from '../../mesh/load/lib/request.ts';

const ADDRESS = '127.0.0.1';
let door: Door;
let closed: Door;
let close: () => Promise<void>;

beforeAll(async () => {
  const [port = 0, nobodys = 0] = await freePorts(2);
  const identity = { pod: 'p1', namespace: 'shop', labels: { version: 'shared' }, image: 'i:1' };
  close = await serveEcho(identity, ADDRESS, port);
  door = { address: ADDRESS, port };
  closed = { address: ADDRESS, port: nobodys };
});

afterAll(() => close());

/** Sends requests until there are at least `count` of them. */
async function loaded(doors: Door[], count: number): Promise<readonly Sent[]> {
  const mix = { users: ['alice', 'bob'], doors: doors.length, seed: 1 };
  const load = startLoad({ doors, host: 'backend.shop', rate: 300, mix });
  while (load.sent().length < count) await sleep(20);
  return load.stop();
}

test('requests use both protocols, on reused and on new connections', async () => {
  const sent = await loaded([door], 500);
  expect(sent.filter(({ version }) => version !== 'shared')).toEqual([]);
  const kinds = new Set(sent.map(({ protocol, isFresh }) => `${protocol} ${isFresh}`));
  expect(kinds.size).toBe(4);
  const matching = sent.filter(({ headers }) => ['alice', 'bob'].includes(headers['user'] ?? ''));
  expect(matching.length / sent.length).toBeGreaterThan(0.5);
  expect(matching.length / sent.length).toBeLessThan(0.7);
}, 20_000);

test('every request is recorded, even if no server listens', async () => {
  const sent = await loaded([closed], 20);
  expect(
    sent.filter(({ status, detail }) => status !== 0 || !detail?.includes('ECONNREFUSED')),
  ).toEqual([]);
}, 20_000);
