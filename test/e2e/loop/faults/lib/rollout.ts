import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { SPEC_ANNOTATION } from '../../../../../src/api/marks.ts';
import { decisionConfig } from '../../../../scenarios/lib/scenario.ts';
import { until } from '../../../control-plane/poll.ts';
import { recordFigure } from '../../../lib/figures.ts';
import { controllerManifests } from '../../../lib/manifests.ts';
import { startService } from '../../../lib/service.ts';
import { metacontrollerWrites } from './count.ts';
import {
  close,
  createEnv,
  deleteEnv,
  gone,
  heal,
  type ObservedSystem,
  openCase,
  ready,
} from './fault-case.ts';
import { type LazyTheatre, oneByOne } from './suite.ts';

const ROLLOUT_SECONDS = 10;

/** Two versions of the service answer alternately, as during a rollout. */
export function rolloutFault(observed: LazyTheatre): void {
  oneByOne('two replicas of different versions answer alternately', async () =>
    rollout(await observed.get()),
  );
}

async function rollout(observed: ObservedSystem): Promise<void> {
  const { service, cluster, strategy } = observed;
  const open = (name: string) => openCase(observed, name);
  const [serving, coming, leaving] = [
    await open('both'),
    await open('second'),
    await open('third'),
  ];
  for (const faultCase of [serving, leaving]) await createEnv(faultCase);
  for (const faultCase of [serving, leaving]) await ready(faultCase);
  const older = await startService(decisionConfig({ drainSeconds: 2 }));
  const front = await alternate([service.hooks, older.hooks]);
  try {
    await ask(observed, front.url);
    await createEnv(coming);
    await deleteEnv(leaving);
    await sleep(3000);
    const since = new Date();
    await sleep(ROLLOUT_SECONDS * 1000);
    const value = await metacontrollerWrites(cluster, { since });
    const what = `two versions in turns for ${ROLLOUT_SECONDS} s, two envs: writes by Metacontroller`;
    recordFigure({ what, strategy, value: String(value) });
  } finally {
    await ask(observed, service.hooks);
    await front.stop();
    await older.stop();
  }
  await Promise.all([
    heal(serving, 'two versions answered in turns, env serving', ready(serving)),
    heal(coming, 'two versions answered in turns, env created', ready(coming)),
    heal(leaving, 'two versions answered in turns, env leaving', gone(leaving)),
  ]);
  await until(30, async () => {
    const since = new Date();
    await sleep(3000);
    const writes = await metacontrollerWrites(cluster, { since, namespace: serving.env });
    return writes === 0 ? undefined : `${writes} writes in 3 s`;
  });
  for (const faultCase of [serving, coming]) await deleteEnv(faultCase);
  for (const faultCase of [serving, coming, leaving]) await close(faultCase);
}

/** Makes Metacontroller call the hooks at this URL. */
async function ask({ cluster, service }: ObservedSystem, hooks: string): Promise<void> {
  const items = (await controllerManifests({ hooks, admission: service.admission })).filter(
    ({ kind }) => kind !== 'MutatingWebhookConfiguration',
  );
  await cluster.kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
}

/**
 * Starts a proxy that sends calls to the two backends alternately. It removes an annotation from the answers of the
 * second one, so that it answers as an older version that does not know the annotation.
 */
async function alternate(backends: readonly [string, string]) {
  let calls = 0;
  const server = createServer(async (request, response) => {
    calls += 1;
    const isOlder = calls % 2 === 0;
    const url = `${backends[isOlder ? 1 : 0]}${request.url}`;
    const sent = httpRequest(url, { method: 'POST', headers: request.headers });
    sent.on('error', () => response.destroy());
    sent.on('response', async (answer) => {
      const body = await text(answer);
      response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' });
      response.end(isOlder ? withoutAnnotation(body) : body);
    });
    request.pipe(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      expect(calls).toBeGreaterThan(0);
    },
  };
}

function withoutAnnotation(body: string): string {
  return JSON.stringify(
    JSON.parse(body, (key, value: unknown) => (key === SPEC_ANNOTATION ? undefined : value)),
  );
}
