/**
 * A process that serves calls and reports their cost to its parent process. Its first argument is `hooks` (the service
 * as it is shipped) or `nothing` (a route that decides nothing).
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Fastify, { type FastifyInstance } from 'fastify';
import { buildApp } from '../../src/http/app.ts';
import { createService, HOOKS } from './service.ts';

/** Messages from the parent process: the answers for the route that decides nothing, or a request for the figures. */
export type Order = { answers: object[] } | 'figures';

/** Costs since the last request for figures. */
export interface Figures {
  calls: number;
  /** Seconds of processor time. */
  cpu: number;
  /** Longest delay of the event loop in milliseconds. */
  delay: number;
}

const [kind, port] = process.argv.slice(2);
let answers: object[] = [];
let calls = 0;
let cpu = process.cpuUsage();
const delay = monitorEventLoopDelay({ resolution: 1 });

function nothing(): FastifyInstance {
  const app = Fastify({ bodyLimit: 16 * 1024 * 1024 });
  app.post('/*', (request, reply) => reply.send(answers[Number(request.headers['x-call'])]));
  return app;
}

const app =
  kind === 'hooks' ? buildApp({ hooks: HOOKS, service: await createService() }) : nothing();
app.addHook('onResponse', async () => {
  calls += 1;
});
// Several processes may share the port. The kernel assigns each new connection to one of them.
await app.listen({ host: '127.0.0.1', port: Number(port), reusePort: true } as { port: number });
delay.enable();
process.on('message', (order: Order) => {
  if (order !== 'figures') {
    answers = order.answers;
    process.send?.('ready');
    return;
  }
  const { user, system } = process.cpuUsage(cpu);
  const figures: Figures = { calls, cpu: (user + system) / 1e6, delay: delay.max / 1e6 };
  calls = 0;
  cpu = process.cpuUsage();
  delay.reset();
  process.send?.(figures);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
