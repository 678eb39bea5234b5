import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import type { Trace } from '../../src/trace/types.ts';
import { clusterPreviews } from './lib/cluster-previews.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { traced, tracedData } from './lib/traced.ts';
import { ENVIRONMENT, SERVICES, STORE } from './lib/virtual-environments.ts';

jest.setTimeout(120_000);

const { cluster, folder } = clusterPreviews();
const CHAIN = ['http://storefront/', 'http://orders/', 'http://stock/'];
const header = (version: string | undefined) =>
  version === undefined ? [] : ['-H', `X-Virtual-Env: ${version}`];
const answers = ({ hops }: Trace) => hops.map(({ version }) => version?.answers);

describe('files', () => {
  const given = ['-f', STORE, '-n', 'store'];

  test.each<[string | undefined, string[]]>([
    ['dev.proj1', ['dev.proj1', 'dev', 'dev.proj1']],
    ['dev.proj1.feature1', ['dev.proj1', 'dev', 'dev.proj1.feature1']],
    ['dev.proj2', ['dev', 'dev.proj2', 'dev']],
    ['dev', ['dev', 'dev', 'dev']],
    [undefined, ['dev', 'dev', 'dev']],
  ])('the header %s goes through the chain', async (version, expected) => {
    const trace = await tracedData(...given, ...CHAIN, ...header(version));
    expect([trace.code, answers(trace)]).toEqual([0, expected]);
    const got = trace.hops.map(({ request }) => request.headers['x-virtual-env']);
    expect(got).toEqual(
      version === undefined ? [undefined, undefined, 'dev'] : Array(3).fill(version),
    );
  });

  test('which version is asked for, which one answers, and why not the nearer ones', async () => {
    const { text } = await traced(...given, 'http://orders/', ...header('dev.proj1.feature1'));
    expect(text).toContain(`
  version        dev.proj1.feature1 is asked for by header X-Virtual-Env; dev answers, the nearest one above
                 not dev.proj1.feature1: Service orders has no pods of this version
                 not dev.proj1: Service orders has no pods of this version
  to             orders.store.svc.cluster.local, subset dev of DestinationRule store/orders
`);
  });

  test('with an env: both are said', async () => {
    const env = join(folder, 'env.yaml');
    writeFileSync(env, ENV);
    const more = ['-f', env, 'http://orders/', '-H', 'user: alice', ...header('dev.proj1')];
    const { text } = await traced(...given, ...more);
    expect(text).toContain('→ Deployment store/orders-dev-alice, env alice\n');
    expect(text).toContain('  version        without envs: dev.proj1 is asked for by header');
    expect(text).toContain(
      '  env            alice, by its match 1, instead of Deployment store/orders-dev',
    );
  });
});

describe('a cluster', () => {
  const call = ['http://stock.store/', ...header('dev.proj1.feature1.me')];

  test('as it is now', async () => {
    const objects = await livingCluster([STORE], {
      neverReady: ['store/stock-dev-proj1-feature1'],
    });
    const { flags } = await cluster({ objects });
    const { hop } = await tracedData(...flags, ...call);
    expect(hop.version).toEqual({
      virtualEnvironment: 'store/store',
      service: 'store/stock',
      asked: 'dev.proj1.feature1.me',
      header: 'X-Virtual-Env',
      answers: 'dev.proj1',
      reason: 'above',
      passed: [
        {
          version: 'dev.proj1.feature1.me',
          reason: 'no-pods',
          why: 'Service stock has no pods of this version',
        },
        { version: 'dev.proj1.feature1', reason: 'not-ready', why: 'none of its pods is ready' },
      ],
      why: 'dev.proj1.feature1.me is asked for by header X-Virtual-Env; dev.proj1 answers, the nearest one above',
    });
  });

  test('with files: the objects of VirtualEnvironments are created again', async () => {
    const objects = await livingCluster([STORE]);
    const { flags } = await cluster({ objects });
    const file = join(folder, 'feature.yaml');
    const feature = objects.find(({ metadata }) => metadata.name === 'stock-dev-proj1-feature1');
    writeFileSync(file, JSON.stringify(leaving(feature as KubeObject)));
    const { hop } = await tracedData(...flags, '-f', file, ...call);
    expect([hop.version?.answers, hop.version?.passed.map(({ reason }) => reason)]).toEqual([
      'dev.proj1',
      ['no-pods', 'leaving'],
    ]);
  });

  test('without the right to list VirtualEnvironments: a note', async () => {
    const objects = await livingCluster([...SERVICES, ENVIRONMENT]);
    const isDenied = ({ resource }: { resource: string }) => resource.startsWith('virtualenv');
    const { flags } = await cluster({ objects, isDenied, groups: ['env.alibaba.com'] });
    const { hop, notes } = await tracedData(...flags, ...call);
    expect([hop.summary, hop.version]).toEqual([
      'to Deployment store/stock-dev-proj1-feature1',
      undefined,
    ]);
    expect(notes.join()).toMatch(/VirtualEnvironments; which version is asked for is not shown/);
  });
});

function leaving({ apiVersion, kind, metadata, ...rest }: KubeObject): object {
  const annotations = { 'riskified.com/leaving': 'true' };
  const { name, namespace } = metadata;
  const { status: _status, ...content } = rest as { status?: object };
  return { apiVersion, kind, metadata: { name, namespace, annotations }, ...content };
}

const ENV = `
apiVersion: riskified.com/v1alpha1
kind: DynamicEnv
metadata: {name: alice}
spec:
  istioMatches: [{headers: {user: {exact: alice}}}]
  subsets:
    - name: orders-dev
      namespace: store
      containers: [{containerName: orders, image: 'registry.example.com/store/orders:alice'}]
`;
