import { describe, expect, test } from '@jest/globals';
import type { HistoryEntry } from '../../../src/simulator/api-server/store.ts';
import { answer, rule, scripted } from './scripted.ts';
import { env, readyStage, VIRTUAL_SERVICE } from './story.ts';

describe('reading', () => {
  test('returns copies, sorted, filtered by namespace and labels', async () => {
    const { cluster } = scripted();
    for (const [namespace, name] of [
      ['b', 'x'],
      ['a', 'y'],
      ['a', 'x'],
    ] as const) {
      await cluster.as().create({ ...rule(), metadata: { name, namespace, labels: { name } } });
    }
    const names = (filter = {}) =>
      cluster
        .list('DestinationRule', filter)
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(names()).toEqual(['a/x', 'a/y', 'b/x']);
    expect(names({ namespace: 'a' })).toEqual(['a/x', 'a/y']);
    expect(names({ labels: { matchLabels: { name: 'x' } } })).toEqual(['a/x', 'b/x']);
    const copy = cluster.get('DestinationRule', 'a', 'x');
    if (copy?.spec) copy.spec['host'] = 'changed';
    expect(cluster.get('DestinationRule', 'a', 'x')?.spec).toEqual({ host: 'a' });
    expect(cluster.all()).toHaveLength(3);
    expect(cluster.get('DestinationRule', 'a', 'none')).toBeUndefined();
  });

  test('the history has the writer of each write; listeners are called until they unsubscribe', async () => {
    const { cluster } = scripted();
    const heard: HistoryEntry[] = [];
    const stop = cluster.onWrite((entry) => heard.push(entry));
    await cluster.as('eve').create(rule());
    await cluster.advance(1.5);
    await cluster.as().patch('DestinationRule', 'shop', 'rule', { spec: { host: 'b' } });
    stop();
    await cluster.as().delete('DestinationRule', 'shop', 'rule');
    expect(cluster.history).toMatchObject([
      {
        time: '2026-01-01T00:00:00.000Z',
        user: 'eve',
        verb: 'create',
        key: 'DestinationRule shop/rule',
        before: undefined,
        after: { spec: { host: 'a' } },
      },
      {
        time: '2026-01-01T00:00:01.500Z',
        user: 'developer',
        verb: 'patch',
        before: { spec: { host: 'a' } },
        after: { spec: { host: 'b' } },
      },
      { verb: 'delete', before: { spec: { host: 'b' } }, after: undefined },
    ]);
    expect(heard).toEqual(cluster.history.slice(0, 2));
    expect(Object.isFrozen(cluster.history[0]?.after?.spec)).toBe(true);
  });
});

describe('time', () => {
  test('step runs one event after the other, until nothing is pending', async () => {
    const { cluster } = scripted();
    await cluster.as().apply(env());
    let steps = 0;
    while (await cluster.step()) steps += 1;
    expect(steps).toBeGreaterThan(3);
    expect(cluster.get('DynamicEnv', undefined, 'alice')?.status).toEqual({
      observedGeneration: 1,
    });
    expect(cluster.now().toISOString() < '2026-01-01T00:00:01').toBe(true);
  });

  test('settle: waits for two resyncs without a change, or up to a limit', async () => {
    const { cluster, answers } = scripted({}, { start: '2030-01-01T00:00:00Z' });
    expect(await cluster.settle()).toEqual({ seconds: 0, quiet: true });
    expect(cluster.now().toISOString()).toBe('2030-01-01T00:02:00.000Z');
    answers.sync = () => ({ resyncAfterSeconds: 1 });
    await cluster.as().apply(env());
    expect(await cluster.settle({ maxSeconds: 30 })).toEqual({ seconds: 0.011, quiet: false });
    expect(cluster.now().toISOString()).toBe('2030-01-01T00:02:30.000Z');
    let count = 0;
    answers.sync = () => {
      count += 1;
      return { status: { count } };
    };
    expect(await cluster.settle({ maxWrites: 50 })).toMatchObject({ quiet: false });
    expect(count).toBeLessThan(60);
  });

  test('ten minutes of a running env take milliseconds, with the same result every time', async () => {
    const first = await readyStage();
    const second = await readyStage();
    const start = performance.now();
    await first.cluster.advance(600);
    expect(performance.now() - start).toBeLessThan(5000);
    await second.cluster.advance(600);
    expect(first.cluster.history).toEqual(second.cluster.history);
    expect(first.prototype.requests).toEqual(second.prototype.requests);
  });
});

describe('faults', () => {
  test('hooks fail a given number of times, by URL or pattern, and the failures are recorded', async () => {
    const { cluster } = scripted();
    cluster.faults.failHook('/dynamicenv/sync', { status: 502, times: 2 });
    await cluster.as().apply(env());
    await cluster.settle();
    const statuses = cluster.hookCalls.filter(({ url }) => url === '/dynamicenv/sync');
    expect(statuses.slice(0, 3).map(({ status }) => status)).toEqual([502, 502, 200]);
    const lift = cluster.faults.failHook(/^\/dynamicenv\//, { body: 'all of them' });
    await cluster.as().apply(env('backend:3'));
    await cluster.advance(1);
    expect(cluster.events.at(-1)?.message).toContain('500 body: all of them');
    lift();
    expect(await cluster.settle()).toMatchObject({ quiet: true });
    expect(cluster.get('DynamicEnv', undefined, 'alice')?.status).toEqual({
      observedGeneration: 2,
    });
  });

  test('a call that times out takes ten seconds; a refused connection takes none', async () => {
    const { cluster } = scripted();
    cluster.faults.failHook('/dynamicenv/sync', { mode: 'timeout', times: 1 });
    await cluster.as().apply(env());
    await cluster.advance(0.015);
    expect(cluster.events[0]?.message).toContain('context deadline exceeded');
    expect(cluster.hookCalls.at(-1)).toMatchObject({ status: 0 });
    cluster.faults.failHook('/dynamicenv/sync', { mode: 'refused', times: 2 });
    await cluster.advance(9.9);
    expect(cluster.events).toHaveLength(1);
    await cluster.advance(0.2);
    expect(cluster.events[1]?.message).toContain('connection refused');
    await cluster.settle();
    expect(cluster.get('DynamicEnv', undefined, 'alice')?.status).toEqual({
      observedGeneration: 1,
    });
  });

  test('the admission webhook becomes unreachable and reachable again', async () => {
    const { cluster } = await readyStage();
    const routes = () => {
      const http = cluster.get('VirtualService', 'shop', 'backend')?.spec?.['http'] ?? [];
      return (http as { name: string }[]).map(({ name }) => name);
    };
    expect(routes()).toEqual(['dynamic-environment-alice-c4ae6666b8', 'stable']);
    const found = cluster.faults.loseWebhook();
    await cluster.as().apply(VIRTUAL_SERVICE);
    expect(routes()).toEqual(['stable']);
    found();
    await cluster
      .as()
      .patch('VirtualService', 'shop', 'backend', { metadata: { labels: { a: 'b' } } });
    expect(routes()).toHaveLength(2);
  });

  test('a service that throws counts as a failed connection', async () => {
    const { cluster, answers } = scripted();
    answers.sync = () => {
      throw new Error('socket hang up');
    };
    await cluster.as().apply(env());
    await cluster.advance(0.1);
    expect(cluster.events[0]?.message).toContain('socket hang up');
    answers.sync = () => {
      throw 'a text';
    };
    await cluster.advance(61);
    expect(cluster.events.at(-1)?.message).toBe('Sync error: a text');
    answers.sync = () => answer(200, '{}');
    expect(await cluster.settle()).toMatchObject({ quiet: true });
  });

  test('a conflict fails one write only', async () => {
    const { cluster } = scripted();
    await cluster.as().create(rule());
    cluster.faults.failWrite(({ name, verb }) => name === 'rule' && verb === 'patch', {
      mode: 'conflict',
      times: 1,
    });
    const patch = () =>
      cluster.as().patch('DestinationRule', 'shop', 'rule', { spec: { host: 'b' } });
    await expect(patch()).rejects.toMatchObject({
      code: 409,
      reason: 'Conflict',
      name: 'ApiError',
    });
    await expect(patch()).resolves.toMatchObject({ spec: { host: 'b' } });
  });
});
