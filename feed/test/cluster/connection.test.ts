import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectApiServer } from '../../src/cluster/connection.ts';
import { loadConfig } from '../../src/cluster/kube-config.ts';
import { type FakeApiServer, startFakeApiServer } from '../lib/fake-api-server.ts';

let api: FakeApiServer;
let folder: string;
beforeAll(async () => {
  api = await startFakeApiServer();
  folder = await mkdtemp(join(tmpdir(), 'feed-'));
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

const never = new AbortController().signal;

test('the configuration is loaded again after a 401 and after a failure, and else kept', async () => {
  let loads = 0;
  const { get } = connectApiServer(() => {
    loads += 1;
    const config = api.config();
    for (const user of config.users) Object.assign(user, { token: `token-${loads}` });
    return config;
  });
  await get('/a', never);
  await get('/a', never);
  expect(loads).toBe(1);
  api.fault = { status: 401, text: '{}' };
  expect((await get('/a', never)).status).toBe(401);
  api.fault = 'cut';
  await expect(get('/a', never)).rejects.toThrow(/cannot be reached/);
  api.fault = undefined;
  await get('/a', never);
  const sent = api.requests.map(({ authorization }) => authorization);
  expect(sent.slice(-3)).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-3']);
});

test('a failure to load says why, and the next call tries again', async () => {
  let isThere = false;
  const { get } = connectApiServer(() => {
    if (!isThere) throw new Error('ca.crt is not there');
    return api.config();
  });
  await expect(get('/a', never)).rejects.toThrow(/cannot be reached: ca\.crt is not there/);
  isThere = true;
  expect((await get('/a', never)).status).toBe(200);
});

test('an aborted call fails with the reason of the signal', async () => {
  api.fault = 'hang';
  const { get, watch } = connectApiServer(api.config);
  const stop = new AbortController();
  const calls = [get('/a', stop.signal), watch('/a?watch=true', () => undefined, stop.signal)];
  setTimeout(() => stop.abort(new Error('enough')), 100);
  for (const call of calls) await expect(call).rejects.toThrow('enough');
  api.fault = undefined;
});

test('an API server that is not there is said in words', async () => {
  const gone = await startFakeApiServer();
  await gone.close();
  const { get } = connectApiServer(gone.config);
  await expect(get('/a', never)).rejects.toThrow(/cannot be reached: .*ECONNREFUSED/);
});

test('a kubeconfig, or what every pod has', async () => {
  const file = join(folder, 'kubeconfig.json');
  await writeFile(file, api.config().exportConfig());
  expect(loadConfig(file, {}).getCurrentCluster()?.server).toBe(api.url);
  const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
  const before = { ...process.env };
  Object.assign(process.env, pod);
  expect(loadConfig(undefined, process.env).getCurrentCluster()?.server).toBe(
    'https://10.0.0.1:443',
  );
  process.env = before;
});

test.each([
  ['not YAML', '{', /--kubeconfig: .* cannot be read/],
  ['no kubeconfig', '[]', /--kubeconfig: /],
  ['no context', '{"clusters":[],"users":[],"contexts":[]}', /--kubeconfig: .* no current context/],
])('a kubeconfig that is %s is refused in words', async (name, content, words) => {
  const file = join(folder, `${name}.json`);
  await writeFile(file, content);
  expect(() => loadConfig(file, {})).toThrow(words);
});

test('neither is refused in words', () => {
  expect(() => loadConfig(undefined, {})).toThrow(/--kubeconfig FILE/);
  expect(() => loadConfig('/does/not/exist', {})).toThrow(/--kubeconfig: .* cannot be read/);
});
