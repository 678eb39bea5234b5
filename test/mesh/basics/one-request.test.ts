import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { until } from '../../e2e/control-plane/poll.ts';
import type { Envoy } from '../lib/envoy.ts';
import { istiodProgram } from '../lib/istiod.ts';
import { type Mesh, startMesh } from '../lib/mesh.ts';
import { meshTest } from '../lib/mesh-test.ts';
import { type Answer, send } from '../lib/request.ts';

const labels = (version: string) => ({ app: 'backend', version });
const deployment = (version: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `backend-${version}`, namespace: 'shop' },
  spec: {
    selector: { matchLabels: labels(version) },
    template: {
      metadata: { labels: labels(version) },
      spec: { containers: [{ name: 'backend', image: `backend:${version}` }] },
    },
  },
});
const destination = (subset: string) => [{ destination: { host: 'backend', subset } }];
const ITEMS = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  deployment('shared'),
  deployment('v2'),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'backend', namespace: 'shop' },
    spec: {
      selector: { app: 'backend' },
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    },
  },
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'backend', namespace: 'shop' },
    spec: {
      host: 'backend',
      subsets: ['shared', 'v2'].map((version) => ({ name: version, labels: { version } })),
    },
  },
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'backend', namespace: 'shop' },
    spec: {
      hosts: ['backend'],
      http: [
        {
          name: 'user',
          match: [{ name: 'exact', headers: { user: { exact: 'test-user' } } }],
          route: destination('v2'),
        },
        { name: 'missing', match: [{ uri: { prefix: '/missing' } }], route: destination('v9') },
        { name: 'rest', route: destination('shared') },
      ],
    },
  },
];

describe('a request through Envoy', () => {
  let mesh: Mesh;
  let envoy: Envoy;

  beforeAll(async () => {
    if (istiodProgram() === undefined) return;
    mesh = await startMesh();
    const input = { apiVersion: 'v1', kind: 'List', items: ITEMS };
    await mesh.cluster.kubectl(['apply', '-f', '-'], { input });
    const available = ['wait', '--for=condition=Available', 'deployment', '--all', '-n', 'shop'];
    await mesh.cluster.kubectl([...available, '--timeout=60s']);
    envoy = await mesh.startEnvoy({ name: 'client', namespace: 'shop', labels: { app: 'client' } });
    await envoy.untilReady();
  }, 240_000);

  afterAll(() => mesh?.stop());

  const ask = (path: string, headers: Record<string, string>): Promise<Answer> =>
    send(envoy.portFor(80), { method: 'GET', authority: 'backend.shop', path, headers });

  meshTest('the answer names the pod, and the route and cluster that Envoy used', async () => {
    await until(30, async () => {
      // Envoy learns of the pods of each subset by itself.
      const answers = await Promise.all([ask('/', {}), ask('/', { user: 'test-user' })]);
      const failed = answers.find(({ status }) => status !== 200);
      return failed === undefined ? undefined : `status ${failed.status}`;
    });
    const own = await ask('/api/x', { user: 'test-user' });
    expect(own).toMatchObject({
      status: 200,
      echo: { labels: labels('v2'), path: '/api/x', host: 'backend.shop' },
      way: {
        routeName: 'user.exact',
        virtualService: 'shop/backend',
        cluster: 'outbound|80|v2|backend.shop.svc.cluster.local',
        details: 'via_upstream',
      },
    });
    expect(await ask('/', { user: 'else' })).toMatchObject({
      status: 200,
      echo: { labels: labels('shared') },
      way: { routeName: 'rest' },
    });
    expect(await ask('/missing', {})).toMatchObject({
      status: 503,
      way: { routeName: 'missing', details: 'cluster_not_found' },
    });
  });
});
