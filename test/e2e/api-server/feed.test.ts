import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectApiServer } from '../../../feed/src/cluster/connection.ts';
import { loadConfig } from '../../../feed/src/cluster/kube-config.ts';
import { SUBSCRIBERS_PATH } from '../../../feed/src/cluster/list.ts';
import { type Served, serve } from '../../../feed/src/serve.ts';
import { subscriber } from '../../../feed/test/lib/objects.ts';
import { ask, live, ready, until } from '../../../feed/test/lib/running.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { problem } from '../control-plane/poll.ts';
import { KUBE_VERSION, names, set } from '../lib/chart.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const CHART = fileURLToPath(new URL('../../../charts/feed', import.meta.url));
const NAMESPACE = 'feed-e2e';
const CRD = 'subscribers.riskified.com';

interface Feed {
  url: string;
  served: Served;
}

let cluster: Cluster;
let feed: Feed;
let kubeconfig: string;
const feeds: Feed[] = [];

async function start(file: string): Promise<Feed> {
  const served = serve(
    connectApiServer(() => loadConfig(file, {})),
    100,
  );
  await served.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = served.app.server.address() as AddressInfo;
  const one = { url: `http://127.0.0.1:${port}`, served };
  feeds.push(one);
  return one;
}

async function rendered(program: 'helm' | 'helm3', ...args: string[]): Promise<KubeObject[]> {
  const release = ['template', 'dynamicenv-feed', CHART, '-n', NAMESPACE];
  const text = await cluster[program]([...release, ...KUBE_VERSION, ...args]);
  return parseYaml(text).map(({ value }) => value as KubeObject);
}

const create = (object: ReturnType<typeof subscriber>) => {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return cluster.api.call('POST', SUBSCRIBERS_PATH, { body: { ...object, metadata } });
};

const patch = (name: string, body: object) =>
  cluster.api.call('PATCH', `${SUBSCRIBERS_PATH}/${name}`, {
    contentType: 'application/merge-patch+json',
    body,
  });

/** The next answer with another rev. */
const next = async (rev: string) => (await live(feed.url, `&after=${rev}&wait=20s`)).body;

/** kubeconfig with a token of this service account. */
async function account(name: string): Promise<string> {
  const token = await cluster.kubectl(['create', 'token', name, '-n', NAMESPACE]);
  return cluster.kubeconfigFor(`${NAMESPACE}-${name}`, token.trim());
}

beforeAll(async () => {
  cluster = await suiteCluster();
  const { kubectl } = cluster;
  await kubectl(['wait', '--for=condition=Established', `crd/${CRD}`]);
  await kubectl(['create', 'namespace', NAMESPACE]);
  const rights = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'];
  const items = (await rendered('helm', '--no-hooks')).filter(({ kind }) => rights.includes(kind));
  await kubectl(['apply', '-f', '-'], { input: { apiVersion: 'v1', kind: 'List', items } });
  await kubectl(['create', 'serviceaccount', 'nobody', '-n', NAMESPACE]);
  kubeconfig = await account('dynamicenv-feed');
  feed = await start(kubeconfig);
  await ready(feed);
});

afterAll(async () => {
  await Promise.all(feeds.map(({ served }) => served.close()));
  await cluster.api.call('DELETE', SUBSCRIBERS_PATH);
});

test('a held poll hears of every phase', async () => {
  const { rev } = (await live(feed.url, '')).body;
  await create(subscriber('feed-a', { phase: 'Joining' }));
  await patch('feed-a', { spec: { phase: 'Live' } });
  const joined = await next(rev);
  expect(joined).toMatchObject({
    refs: ['mp-101'],
    services: { 'mp-101': ['order-service'] },
    leaseMs: 30_000,
  });
  await patch('feed-a', { spec: { phase: 'Leaving' } });
  expect(await next(joined.rev)).toMatchObject({ refs: [], rev });
  await cluster.api.call('DELETE', `${SUBSCRIBERS_PATH}/feed-a`);
});

test('one that is being deleted is not live, although a finalizer holds it', async () => {
  const { rev } = (await live(feed.url, '')).body;
  await create(subscriber('feed-b', { phase: 'Live' }, { finalizers: ['example.com/wait'] }));
  const joined = await next(rev);
  expect(joined.refs).toEqual(['mp-101']);
  await cluster.api.call('DELETE', `${SUBSCRIBERS_PATH}/feed-b`);
  expect((await next(joined.rev)).refs).toEqual([]);
  await patch('feed-b', { metadata: { finalizers: null } });
});

test('more Subscribers than a page has are listed as of one moment', async () => {
  const count = 600;
  const all = Array.from({ length: count }, (_, i) =>
    subscriber(`feed-many-${i}`, { ref: `many-${i}`, workload: 'shop/many' }),
  );
  for (let i = 0; i < count; i += 50) await Promise.all(all.slice(i, i + 50).map(create));
  // On a busy machine a list may take so long that the feed refuses for a moment.
  const refs = async () => (await ask(feed.url, '/v1/live?workload=shop/many')).body.refs;
  await until(async () => (await refs())?.length === count);
  const { body } = await ask(feed.url, '/metrics');
  expect(body).toContain('dynamicenv_feed_unreadable_subscribers 0');
});

test('another replica says the same rev', async () => {
  const other = await start(kubeconfig);
  await ready(other);
  const path = '/v1/live?workload=shop/many';
  const revs = await Promise.all(
    [feed, other].map(async ({ url }) => (await ask(url, path)).body.rev),
  );
  expect(revs[0]).toBe(revs[1]);
});

describe('rights', () => {
  test('the ClusterRole lets the feed read Subscribers, and nothing else of ours', async () => {
    const can = async (verb: string, resource: string) => {
      const args = ['auth', 'can-i', verb, resource, '--kubeconfig', kubeconfig];
      return (await problem(cluster.kubectl(args))) === undefined;
    };
    for (const verb of ['get', 'list', 'watch']) expect(await can(verb, CRD)).toBe(true);
    for (const verb of ['create', 'update', 'patch', 'delete'])
      expect(await can(verb, CRD)).toBe(false);
    for (const other of ['dynamicenvs.riskified.com', 'pods', 'secrets', 'deployments.apps'])
      expect(await can('list', other)).toBe(false);
  });

  test('without them it is not ready, and answers nothing', async () => {
    const nobody = await start(await account('nobody'));
    await until(async () =>
      (await ask(nobody.url, '/metrics')).body.includes('count{result="error"}'),
    );
    expect((await ask(nobody.url, '/readyz')).status).toBe(503);
    expect((await live(nobody.url, '')).status).toBe(503);
  });
});

describe.each(['helm', 'helm3'] as const)('the chart with %s', (program) => {
  test('renders its objects, and passes the API server', async () => {
    const args = set(
      'serviceMonitor.enabled=true',
      'commonLabels.team=platform',
      'commonAnnotations.contact=platform',
      'networkPolicy.clients[0].namespaceSelector.matchLabels.team=shop',
      'networkPolicy.apiServer[0].ipBlock.cidr=10.0.0.1/32',
      'config.maxPolls=500',
    );
    expect(names(await rendered(program, '--no-hooks', ...args))).toEqual([
      `ClusterRole/${NAMESPACE}-dynamicenv-feed`,
      `ClusterRoleBinding/${NAMESPACE}-dynamicenv-feed`,
      'Deployment/dynamicenv-feed',
      'NetworkPolicy/dynamicenv-feed',
      'PodDisruptionBudget/dynamicenv-feed',
      'Service/dynamicenv-feed',
      'ServiceAccount/dynamicenv-feed',
      'ServiceMonitor/dynamicenv-feed',
    ]);
    const label = ['label', 'namespace', NAMESPACE, '--overwrite'];
    await cluster.kubectl([...label, 'pod-security.kubernetes.io/enforce=restricted']);
    const items = await rendered(program);
    const { kubectl } = cluster;
    const input = { apiVersion: 'v1', kind: 'List', items };
    const out = await kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], {
      input,
    });
    expect(out).toContain('deployment.apps/dynamicenv-feed');
    expect(out).toContain('pod/dynamicenv-feed-test');
    expect(JSON.stringify(items)).toContain('--max-polls=3000');
  });

  test.each([
    ['replicaCount=0', /replicaCount/],
    ['config.maxPolls=0', /maxPolls/],
    ['config.leaseMs=1', /leaseMs/],
  ])('refuses %s', async (value, words) => {
    await expect(rendered(program, ...set(value))).rejects.toThrow(words);
  });
});
