import type { Call } from './lib/calls.ts';
import { decide } from './lib/hook.ts';
import { load } from './lib/load.ts';
import { freePort } from './lib/process.ts';
import type { Row } from './lib/rows.ts';
import { type Served, serveHooks, serveNothing } from './lib/served.ts';
import { createService } from './lib/service.ts';
import { callsOf, SIZES } from './lib/sizes.ts';
import { median, quantile } from './lib/timing.ts';

const CONNECTIONS = 8;
const LEAST = 0.7;

interface Turn {
  perSecond: number;
  /** Milliseconds of the server's processor time per call. */
  cpu: number;
  times: number[];
  delay: number;
}

/**
 * Compares the hooks over HTTP with a Fastify route that decides nothing. That route parses the same bodies and sends
 * the same answers.
 */
export async function doorRows(options: { isSmoke: boolean }): Promise<Row[]> {
  const service = await createService();
  const calls = callsOf(options.isSmoke ? SIZES.small : SIZES.typical);
  const answers = calls.map((call) => decide(call, JSON.parse(call.text), service));
  const [hooksPort, nothingPort] = [await freePort(), await freePort()];
  const hooks = await serveHooks(hooksPort);
  const nothing = await serveNothing(nothingPort, answers);
  const seconds = options.isSmoke ? 0.3 : 2;
  const turn = (server: Served, port: number) => turnOf(server, port, calls, seconds);
  await turn(hooks, hooksPort);
  await turn(nothing, nothingPort);
  const turns: { ours: Turn; theirs: Turn }[] = [];
  for (let round = 0; round < (options.isSmoke ? 1 : 9); round += 1) {
    // Both are measured in turns, so that other load on the machine slows both down.
    turns.push({ ours: await turn(hooks, hooksPort), theirs: await turn(nothing, nothingPort) });
  }
  await Promise.all([hooks.close(), nothing.close()]);
  return rowsOf(turns);
}

async function turnOf(
  server: Served,
  port: number,
  calls: readonly Call[],
  seconds: number,
): Promise<Turn> {
  await server.figures();
  const done = await load(
    { port, connections: CONNECTIONS },
    calls,
    (_, passed) => passed > seconds,
  );
  const { cpu, calls: answered, delay } = await server.figures();
  return {
    perSecond: done.calls / done.seconds,
    cpu: (cpu * 1000) / answered,
    times: done.times,
    delay,
  };
}

function rowsOf(turns: readonly { ours: Turn; theirs: Turn }[]): Row[] {
  const part = 'door, typical';
  const middle = (of: 'ours' | 'theirs', value: (turn: Turn) => number) =>
    median(turns.map((one) => value(one[of])));
  const rows = (['ours', 'theirs'] as const).flatMap((of): Row[] => {
    const name = of === 'ours' ? 'the hooks' : 'a route that does nothing';
    return [
      {
        part,
        name: `calls a second, ${name}`,
        figure: middle(of, (one) => one.perSecond),
        unit: '/s',
      },
      {
        part,
        name: `p50, ${name}`,
        figure: middle(of, ({ times }) => quantile(times, 0.5)),
        unit: 'ms',
      },
      {
        part,
        name: `p99, ${name}`,
        figure: middle(of, ({ times }) => quantile(times, 0.99)),
        unit: 'ms',
      },
      {
        part,
        name: `processor time of a call, ${name}`,
        figure: middle(of, ({ cpu }) => cpu),
        unit: 'ms',
      },
      {
        part,
        name: `longest wait for the event loop, ${name}`,
        figure: middle(of, ({ delay }) => delay),
        unit: 'ms',
        note: `${CONNECTIONS} calls under way; the machine's other processes included`,
      },
    ];
  });
  const throughput = median(turns.map(({ ours, theirs }) => ours.perSecond / theirs.perSecond));
  const byCpu = median(turns.map(({ ours, theirs }) => theirs.cpu / ours.cpu));
  return [
    ...rows,
    {
      part,
      name: 'throughput, by that of the route that does nothing',
      figure: throughput,
      unit: '×',
      goal: { least: LEAST },
      note: 'the one that sends takes its part of the machine',
    },
    {
      part,
      name: 'the same by processor time of the server',
      figure: byCpu,
      unit: '×',
      goal: { least: LEAST },
    },
  ];
}
