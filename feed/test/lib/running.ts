import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { connectApiServer } from '../../src/cluster/connection.ts';
import { type Served, serve } from '../../src/serve.ts';
import { type FakeApiServer, startFakeApiServer } from './fake-api-server.ts';

export interface Running {
  api: FakeApiServer;
  url: string;
  served: Served;
  stop(): Promise<void>;
}

/** A feed on a free port of 127.0.0.1, with an API server of its own. `prepare` sets what the first list gets. */
export async function startFeed(
  prepare: (api: FakeApiServer) => void = () => undefined,
  mostPolls = 100,
): Promise<Running> {
  const api = await startFakeApiServer();
  prepare(api);
  const served = serve(connectApiServer(api.config), mostPolls);
  await served.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = served.app.server.address() as AddressInfo;
  const stop = async () => {
    await served.close();
    await api.close();
  };
  return { api, url: `http://127.0.0.1:${port}`, served, stop };
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what is in it
  body: any;
  headers: Headers;
}

export async function ask(url: string, path: string): Promise<Answer> {
  const response = await fetch(url + path);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    body: isJson ? JSON.parse(text) : text,
    headers: response.headers,
  };
}

export const live = (url: string, query: string) =>
  ask(url, `/v1/live?workload=shop/order-service${query}`);

/** Waits until the condition holds, at most a minute. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_200; i++) {
    if (await condition()) return;
    await setTimeout(50);
  }
  throw new Error('this did not become true within a minute');
}

export const ready = ({ url }: Pick<Running, 'url'>) =>
  until(async () => (await ask(url, '/readyz')).status === 200);
