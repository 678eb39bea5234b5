import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import type { DestinationRule } from '../../src/istio/types.ts';
import type { Deployment } from '../../src/k8s/workload.ts';
import { SETTINGS, STRATEGIES, type Upgrade, upgrade, type Wanted } from './lib/upgrade.ts';

/**
 * Requests of the envs in test/fixtures/version-before. The previous version created these objects, and the envs were
 * ready. It named an env's subset after the env, and the subset selected pods by the version label only.
 */
const ALICE: Wanted[] = ['/', '/reports/1'].map((path) => ({
  host: 'backend.shop.svc.cluster.local',
  path,
  headers: { user: 'alice' },
  clone: 'backend-alice',
}));
const BLUE: Wanted[] = [
  { host: 'cms.shop.svc.cluster.local', headers: { 'x-env': 'blue' }, clone: 'cms-public-blue' },
];
const OLD_BLUE = ['cms-admin-blue', 'cms-public-blue'];

let running: Upgrade | undefined;
jest.setTimeout(30_000);
afterEach(() => running?.close());

async function start(...args: Parameters<typeof upgrade>): Promise<Upgrade> {
  running = await upgrade(...args);
  return running;
}

const secondsBetween = (a: number | undefined, b: number | undefined): number =>
  Number(b) - Number(a);

describe.each(STRATEGIES)('an env of the previous version, with %s', (strategy) => {
  it('is migrated; every request reaches its clone, and the env stays ready', async () => {
    const { cluster, problems, defined, routed } = await start('shop', strategy, ALICE);
    const before = cluster.get<Deployment>('Deployment', 'shop', 'backend-alice');
    const states: unknown[] = [];
    cluster.onWrite(({ after }) => {
      if (after?.kind === 'DynamicEnv') states.push((after as unknown as DynamicEnv).status);
    });
    await cluster.settle();
    expect(problems).toEqual([]);
    for (const status of states) {
      expect(status).toMatchObject({ state: 'ready', totalReady: 1 });
    }
    const after = cluster.get<Deployment>('Deployment', 'shop', 'backend-alice');
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.spec.selector).toEqual(before?.spec.selector);
    expect(after?.spec.template.metadata?.labels).toHaveProperty(
      ['riskified.com/clone'],
      'backend-alice',
    );
    const [rule] = cluster
      .list<DestinationRule>('DestinationRule')
      .filter(({ metadata }) => metadata.labels?.['dynamic-env'] !== undefined);
    expect(rule?.spec.subsets).toEqual([
      {
        name: 'backend-alice',
        labels: { version: 'alice', 'riskified.com/clone': 'backend-alice' },
      },
    ]);
    expect([...routed.keys()]).toEqual(['alice', 'backend-alice']);
    // Between two changes there was enough time for every proxy to receive the first one.
    const fresh = secondsBetween(
      defined.get('backend-alice')?.from,
      routed.get('backend-alice')?.from,
    );
    expect(fresh).toBeGreaterThanOrEqual(30);
    expect(fresh).toBeLessThan(33);
    const old = secondsBetween(routed.get('alice')?.to, defined.get('alice')?.to);
    expect(old).toBeGreaterThanOrEqual(SETTINGS.drainSeconds);
    expect(old).toBeLessThan(SETTINGS.drainSeconds + 5);
  });

  it('gets a subset for each of two clones behind one Service', async () => {
    const { cluster, problems } = await start('cms', strategy, BLUE);
    await cluster.settle();
    expect(problems).toEqual([]);
    const clones = cluster
      .list<Deployment>('Deployment')
      .filter(({ metadata }) => OLD_BLUE.includes(metadata.name));
    const marks = clones.map(({ spec }) => spec.template.metadata?.labels?.['riskified.com/clone']);
    expect(marks).toEqual(OLD_BLUE);
  });

  it('keeps its old routes, which still work, until its new pods are available', async () => {
    const { cluster, problems, routed } = await start('shop', strategy, ALICE, {}, 3600);
    await cluster.advance(120);
    expect(problems).toEqual([]);
    expect([...routed.keys()]).toEqual(['alice']);
  });

  it.each([0.5, 3, 6, 10, 35, 37, 42, 50])(
    'leaves nothing behind when it is deleted %d s after the upgrade began',
    async (seconds) => {
      const { cluster, problems } = await start('shop', strategy, ALICE);
      await cluster.advance(seconds);
      expect(problems).toEqual([]);
      await cluster.as('user').delete('DynamicEnv', undefined, 'alice');
      await cluster.settle();
      const left = cluster.all().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(left).toEqual([
        'Deployment backend',
        'DestinationRule backend',
        'Service backend',
        'VirtualService backend',
      ]);
    },
  );

  it('is migrated without settle and drain times, too', async () => {
    const none = { settleSeconds: 0, drainSeconds: 0 };
    const { cluster, problems, defined } = await start('shop', strategy, ALICE, none);
    await cluster.settle();
    expect(problems).toEqual([]);
    expect(defined.get('alice')?.to).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});
