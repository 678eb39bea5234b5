import { Agent } from 'node:http';
import { answer } from './lib/hook.ts';
import { load, send } from './lib/load.ts';
import { freePort } from './lib/process.ts';
import type { Row } from './lib/rows.ts';
import { serveHooks } from './lib/served.ts';
import { createService } from './lib/service.ts';
import { callsOf, SIZES } from './lib/sizes.ts';

const CONNECTIONS = 32;

/**
 * Starts several processes that share one port. Measures whether they share the load, and whether all of them give the
 * same answers.
 */
export async function replicaRows(options: { isSmoke: boolean }): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of options.isSmoke ? [2] : [1, 2, 4]) {
    rows.push(...(await withReplicas(count, options)));
  }
  return rows;
}

async function withReplicas(count: number, { isSmoke }: { isSmoke: boolean }): Promise<Row[]> {
  const service = await createService();
  const calls = callsOf(isSmoke ? SIZES.small : SIZES.typical);
  const port = await freePort();
  const replicas = await Promise.all(Array.from({ length: count }, () => serveHooks(port)));
  const part = `replicas, ${count}`;
  const seconds = isSmoke ? 0.5 : 4;
  const done = await load(
    { port, connections: CONNECTIONS },
    calls,
    (_, passed) => passed > seconds,
  );
  const shares = await Promise.all(replicas.map((replica) => replica.figures()));
  const least = Math.min(...shares.map((one) => one.calls)) / (done.calls / count);
  // Each call uses a new connection, so any process may get it.
  let differing = 0;
  for (let at = 0; at < calls.length * 4; at += 1) {
    const call = calls[at % calls.length];
    const agent = new Agent();
    const text = await send(port, agent, at, call);
    if (call === undefined || text !== answer(call, service)) differing += 1;
  }
  const again = await Promise.all(replicas.map((replica) => replica.figures()));
  await Promise.all(replicas.map((replica) => replica.close()));
  return [
    { part, name: 'calls a second', figure: done.calls / done.seconds, unit: '/s' },
    {
      part,
      name: "the least busy replica's share of an equal share",
      figure: least,
      unit: '×',
      note: `calls: ${shares.map((one) => one.calls).join(', ')}`,
    },
    {
      part,
      name: 'answers that depend on who gave them',
      figure: differing,
      unit: '',
      goal: { most: 0 },
      note: `${calls.length * 4} calls on as many connections, answered by ${again.filter((one) => one.calls > 0).length} of ${count}`,
    },
  ];
}
