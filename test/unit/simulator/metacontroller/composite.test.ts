import { describe, expect, test } from '@jest/globals';
import type { Cluster, LocalClusterOptions } from '../../../../src/simulator/cluster.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { answer, deployment, type HookBody, rule, scripted } from '../scripted.ts';
import { env } from '../story.ts';

type Strategy = LocalClusterOptions['strategy'];

const SYNC = '/dynamicenv/sync';
const FINALIZE = '/dynamicenv/finalize';
const STRATEGIES: Strategy[] = ['dynamic-apply', 'server-side-apply'];

/** Hooks that answer these children. `also` is merged into the answer. */
function children(list: () => LocalObject[], also: object = {}) {
  return () => ({ status: { state: 'x' }, children: list(), ...also });
}

function alice(cluster: Cluster): LocalObject | undefined {
  return cluster.get('DynamicEnv', undefined, 'alice');
}

function writesOf(cluster: Cluster, name: string): string[] {
  return cluster.history
    .filter(({ user, key }) => user === 'metacontroller' && key.endsWith(`/${name}`))
    .map(({ verb }) => verb);
}

describe('the parent', () => {
  test('gets the finalizer before the first hook call, and its status with observedGeneration', async () => {
    const { cluster, bodies } = scripted();
    await cluster.as().apply(env());
    await cluster.settle();
    expect(bodies('/dynamicenv/customize')[0]?.parent.metadata.finalizers).toEqual([
      'metacontroller.io/compositecontroller-dynamicenv',
    ]);
    expect(alice(cluster)?.status).toEqual({ observedGeneration: 1 });
    expect(bodies(SYNC)[0]).toMatchObject({ finalizing: false, related: {} });
    expect(Object.keys(bodies(SYNC)[0]?.children ?? {})).toEqual([
      'Deployment.apps/v1',
      'DestinationRule.networking.istio.io/v1',
      'RouteInjection.riskified.com/v1alpha1',
      'Subscriber.riskified.com/v1alpha1',
    ]);
  });

  test('its status is replaced as a whole, and written only if it differs', async () => {
    const { cluster, answers } = scripted();
    answers.sync = () => ({ status: { a: 1, b: { c: 2 } }, children: [] });
    await cluster.as().apply(env());
    await cluster.settle();
    expect(cluster.history.filter(({ verb }) => verb === 'updateStatus')).toHaveLength(1);
    answers.sync = () => ({ status: { b: { d: 3 } }, children: [] });
    await cluster.settle();
    expect(alice(cluster)?.status).toEqual({ b: { d: 3 }, observedGeneration: 1 });
    answers.sync = () => ({ status: null, children: null });
    await cluster.settle();
    expect(alice(cluster)?.status).toEqual({ observedGeneration: 1 });
  });

  test('is synced again after a change of it, at each resync, and when the answer asks for it', async () => {
    const { cluster, answers, bodies } = scripted();
    await cluster.as().apply(env());
    await cluster.advance(59);
    const calls = bodies(SYNC).length;
    await cluster.advance(2);
    expect(bodies(SYNC)).toHaveLength(calls + 1);
    answers.sync = () => ({ children: [], resyncAfterSeconds: 7.5 });
    await cluster.as().apply(env('other:1'));
    await cluster.advance(1);
    const after = bodies(SYNC).length;
    await cluster.advance(7);
    expect(bodies(SYNC)).toHaveLength(after + 1);
  });

  test('that is deleted before the sync is forgotten', async () => {
    const { cluster, bodies } = scripted();
    await cluster.as().apply(env());
    await cluster.as().delete('DynamicEnv', undefined, 'alice');
    expect(await cluster.settle()).toMatchObject({ quiet: true });
    expect(bodies(SYNC)).toEqual([]);
  });
});

describe.each(STRATEGIES)('children, %s', (strategy) => {
  test('are created with label and owner, then not written again', async () => {
    const { cluster } = scripted({ sync: children(() => [deployment(), rule()]) }, { strategy });
    await cluster.as().apply(env());
    await cluster.settle();
    const uid = alice(cluster)?.metadata.uid;
    for (const kind of ['Deployment', 'DestinationRule']) {
      expect(cluster.list(kind)[0]?.metadata).toMatchObject({
        labels: { 'controller-uid': uid },
        ownerReferences: [
          {
            apiVersion: 'riskified.com/v1alpha1',
            kind: 'DynamicEnv',
            name: 'alice',
            uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      });
    }
    expect(writesOf(cluster, 'rule')).toHaveLength(1);
    expect(writesOf(cluster, 'clone')).toHaveLength(1);
    const annotation = cluster.get('DestinationRule', 'shop', 'rule')?.metadata.annotations;
    const text = annotation?.['metacontroller.k8s.io/last-applied-configuration'];
    if (strategy === 'server-side-apply') return expect(annotation).toBeUndefined();
    expect(JSON.parse(text ?? '')).toMatchObject({ spec: { host: 'a' } });
  });

  test('that are no longer answered are deleted', async () => {
    const { cluster, answers } = scripted(
      { sync: children(() => [rule('a'), rule('b')]) },
      { strategy },
    );
    await cluster.as().apply(env());
    await cluster.settle();
    answers.sync = children(() => [rule('b')]);
    await cluster.settle();
    expect(cluster.list('DestinationRule').map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(writesOf(cluster, 'a').at(-1)).toBe('delete');
    answers.sync = children(() => []);
    await cluster.settle();
    expect(cluster.list('DestinationRule')).toEqual([]);
  });

  test('are updated if the answer changes; fields that are no longer sent are removed, those of others stay', async () => {
    const { cluster, answers } = scripted(
      { sync: children(() => [rule('rule', { host: 'a', exportTo: ['.'] })]) },
      { strategy },
    );
    await cluster.as().apply(env());
    await cluster.settle();
    await cluster.as().patch('DestinationRule', 'shop', 'rule', { spec: { trafficPolicy: {} } });
    answers.sync = children(() => [rule('rule', { host: 'b' })]);
    await cluster.settle();
    expect(cluster.get('DestinationRule', 'shop', 'rule')?.spec).toEqual({
      host: 'b',
      trafficPolicy: {},
    });
  });

  test('whose spec somebody changed are repaired; a changed label is not, with the server-side strategy', async () => {
    const labelled = rule();
    labelled.metadata.labels = { team: 'blue' };
    const { cluster } = scripted({ sync: children(() => [labelled]) }, { strategy });
    await cluster.as().apply(env());
    await cluster.settle();
    await cluster.as('eve').patch('DestinationRule', 'shop', 'rule', { spec: { host: 'evil' } });
    await cluster.settle();
    expect(cluster.get('DestinationRule', 'shop', 'rule')?.spec).toEqual({ host: 'a' });
    const drift = { metadata: { labels: { team: 'red' } } };
    await cluster.as('eve').patch('DestinationRule', 'shop', 'rule', drift);
    await cluster.settle();
    const repaired = strategy === 'dynamic-apply' ? 'blue' : 'red';
    expect(cluster.get('DestinationRule', 'shop', 'rule')?.metadata.labels?.['team']).toBe(
      repaired,
    );
  });

  test('of kind Deployment are repaired if an annotation was changed, because that counts as a generation', async () => {
    const annotated = deployment();
    annotated.metadata.annotations = { note: 'ours' };
    const { cluster } = scripted({ sync: children(() => [annotated]) }, { strategy });
    await cluster.as().apply(env());
    await cluster.settle();
    const drift = { metadata: { annotations: { note: 'theirs' } } };
    await cluster.as('eve').patch('Deployment', 'shop', 'clone', drift);
    await cluster.settle();
    const { annotations } = cluster.get('Deployment', 'shop', 'clone')?.metadata ?? {};
    expect(annotations?.['note']).toBe('ours');
  });

  test("with the name of another owner's object: ignored, or taken over with force", async () => {
    const { cluster, bodies } = scripted({ sync: children(() => [rule()]) }, { strategy });
    await cluster.as().apply(rule('rule', { host: 'mine', exportTo: ['.'] }));
    await cluster.as().apply(env());
    await cluster.settle();
    const found = cluster.get('DestinationRule', 'shop', 'rule');
    const observed = bodies(SYNC).at(-1)?.children['DestinationRule.networking.istio.io/v1'];
    expect(cluster.events).toEqual([]);
    if (strategy === 'dynamic-apply') {
      expect(found?.spec).toEqual({ host: 'mine', exportTo: ['.'] });
      expect(observed).toEqual({});
    } else {
      expect(found?.spec).toEqual({ host: 'a', exportTo: ['.'] });
      expect(Object.keys(observed ?? {})).toEqual(['shop/rule']);
    }
  });

  test('that are being deleted are not changed', async () => {
    const { cluster } = scripted({ sync: children(() => [rule()]) }, { strategy });
    await cluster.as().apply(env());
    await cluster.settle();
    await cluster
      .as()
      .patch('DestinationRule', 'shop', 'rule', { metadata: { finalizers: ['a/b'] } });
    await cluster.as().delete('DestinationRule', 'shop', 'rule');
    await cluster.settle();
    const going = cluster.get('DestinationRule', 'shop', 'rule');
    await cluster.as().patch('DestinationRule', 'shop', 'rule', { metadata: { finalizers: null } });
    await cluster.settle();
    const fresh = cluster.get('DestinationRule', 'shop', 'rule');
    expect(fresh?.metadata.uid).not.toBe(going?.metadata.uid);
  });

  test('the first list is older than the writes: nothing is created twice', async () => {
    const { cluster, answers } = scripted({}, { strategy, informerDelay: () => 500 });
    answers.sync = (body) => {
      const seen = Object.keys(body.children['DestinationRule.networking.istio.io/v1'] ?? {});
      return { children: [rule('rule', { host: 'a' })], resyncAfterSeconds: seen.length ? 0 : 0.1 };
    };
    await cluster.as().apply(env());
    await cluster.settle();
    expect(cluster.events).toEqual([]);
    expect(cluster.history.filter(({ key }) => key.endsWith('/rule'))).toHaveLength(1);
  });

  test('a concurrent write causes a conflict without an event; the next sync corrects it', async () => {
    const { cluster, answers } = scripted({ sync: children(() => [rule()]) }, { strategy });
    await cluster.as().apply(env());
    await cluster.settle();
    answers.sync = () => ({ children: [rule('rule', { host: 'b' })] });
    const lift = cluster.faults.failWrite(
      ({ name, user }) => name === 'rule' && user === 'metacontroller',
      {
        mode: 'conflict',
        times: 1,
      },
    );
    await cluster.settle();
    await cluster.settle();
    lift();
    expect(cluster.get('DestinationRule', 'shop', 'rule')?.spec).toEqual({ host: 'b' });
    expect(cluster.events).toEqual([]);
  });

  test('a refused write becomes a Warning event, and does not prevent other writes or the status', async () => {
    const { cluster } = scripted({ sync: children(() => [rule('a'), rule('b')]) }, { strategy });
    const lift = cluster.faults.failWrite(({ name }) => name === 'a', { message: 'not today' });
    await cluster.as().apply(env());
    await cluster.advance(1);
    expect(cluster.list('DestinationRule').map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(alice(cluster)?.status).toEqual({ state: 'x', observedGeneration: 1 });
    expect(cluster.events[0]).toMatchObject({
      object: 'DynamicEnv alice',
      type: 'Warning',
      reason: 'SyncError',
      message:
        "Sync error: can't reconcile children for DynamicEnv /alice: " +
        'destinationrules.networking.istio.io "a" is forbidden: not today',
    });
    lift();
    await cluster.settle();
    expect(cluster.list('DestinationRule')).toHaveLength(2);
  });
});

describe('invalid children', () => {
  test.each([
    [
      'the label of another parent',
      () => {
        const wrong = rule();
        wrong.metadata.labels = { 'controller-uid': 'another' };
        return wrong;
      },
      "labels on desired child DestinationRule shop/rule don't match parent selector",
    ],
    [
      'no namespace',
      () => ({ ...rule(), metadata: { name: 'rule' } }),
      'an empty namespace may not be set',
    ],
    [
      'a kind that the cluster does not serve',
      () => ({ ...rule(), kind: 'Nothing' }),
      'no matches for kind "Nothing"',
    ],
  ])('%s', async (_name, make, message) => {
    const { cluster } = scripted({ sync: children(() => [make()]) });
    await cluster.as().apply(env());
    await cluster.advance(1);
    expect(cluster.events[0]?.message).toContain(message);
    expect(cluster.list('DestinationRule')).toEqual([]);
  });

  test('another API version of the same child is another child: the observed one is deleted', async () => {
    const { cluster, answers } = scripted({ sync: children(() => [rule()]) });
    await cluster.as().apply(env());
    await cluster.settle();
    answers.sync = children(() => [{ ...rule(), apiVersion: 'networking.istio.io/v1beta1' }]);
    await cluster.advance(61);
    expect(writesOf(cluster, 'rule')).toContain('delete');
  });

  test('lose the last-applied annotation of the dynamic-apply strategy in the server-side strategy', async () => {
    const { cluster } = scripted(
      { sync: children(() => [rule()]) },
      { strategy: 'server-side-apply' },
    );
    await cluster.as().apply(env());
    await cluster.settle();
    const annotations = { 'metacontroller.k8s.io/last-applied-configuration': '{}' };
    const patch = { metadata: { annotations }, spec: { host: 'x' } };
    await cluster.as().patch('DestinationRule', 'shop', 'rule', patch);
    await cluster.settle();
    expect(cluster.get('DestinationRule', 'shop', 'rule')).toMatchObject({ spec: { host: 'a' } });
    expect(cluster.get('DestinationRule', 'shop', 'rule')?.metadata.annotations).toBeUndefined();
  });
});

describe('claims', () => {
  test('adopts an orphan with its label, releases a child that lost the label', async () => {
    const { cluster, answers, bodies } = scripted();
    await cluster.as().apply(env());
    await cluster.settle();
    const orphan = rule('orphan');
    orphan.metadata.labels = { 'controller-uid': alice(cluster)?.metadata.uid ?? '' };
    answers.sync = (body) => {
      const observed = body.children['DestinationRule.networking.istio.io/v1'] ?? {};
      return { children: Object.values(observed).map(() => rule('orphan')) };
    };
    await cluster.as().create(orphan);
    await cluster.settle();
    const adopted = cluster.get('DestinationRule', 'shop', 'orphan');
    expect(adopted?.metadata.ownerReferences).toMatchObject([{ name: 'alice', controller: true }]);
    const patch = { metadata: { labels: { 'controller-uid': null } } };
    await cluster.as().patch('DestinationRule', 'shop', 'orphan', patch);
    await cluster.settle();
    const released = cluster.get('DestinationRule', 'shop', 'orphan');
    expect(released?.metadata.ownerReferences).toBeUndefined();
    expect(bodies(SYNC).at(-1)?.children['DestinationRule.networking.istio.io/v1']).toEqual({});
  });

  test('an adoption that fails fails the sync', async () => {
    const { cluster } = scripted();
    await cluster.as().apply(env());
    await cluster.settle();
    const orphan = rule('orphan');
    orphan.metadata.labels = { 'controller-uid': alice(cluster)?.metadata.uid ?? '' };
    cluster.faults.failWrite(({ name, verb }) => name === 'orphan' && verb === 'update', {
      times: 1,
    });
    await cluster.as().create(orphan);
    await cluster.advance(1);
    expect(cluster.events[0]?.message).toContain('refused by a fault');
  });

  test('a parent that is being deleted, according to the live object, adopts nothing', async () => {
    const { cluster, answers } = scripted(
      {},
      { informerDelay: (kind) => (kind === 'DynamicEnv' ? 3000 : 10) },
    );
    answers.finalize = () => ({ children: [] });
    await cluster.as().apply(env());
    await cluster.settle();
    const orphan = rule('orphan');
    orphan.metadata.labels = { 'controller-uid': alice(cluster)?.metadata.uid ?? '' };
    await cluster.as().delete('DynamicEnv', undefined, 'alice');
    await cluster.as().create(orphan);
    await cluster.advance(1);
    expect(cluster.events[0]?.message).toContain("can't adopt DestinationRule orphan");
    await cluster.advance(10);
    expect(
      cluster.get('DestinationRule', 'shop', 'orphan')?.metadata.ownerReferences,
    ).toBeUndefined();
  });
});

describe('errors', () => {
  test.each([
    ['status 500', () => answer(500, 'broken'), 'unsupported status code: 500 body: broken'],
    ['status 204', () => answer(204), 'unsupported status code: 204'],
    ['no JSON', () => answer(200, '<html>'), 'not valid JSON'],
    ['an unknown field', () => ({ children: [], statuss: {} }), 'unknown field "statuss"'],
    ['other letters', () => ({ Children: [] }), 'unknown field "Children"'],
    ['a field of the other hook', () => ({ attachments: [] }), 'unknown field "attachments"'],
    ['a wrong type', () => ({ resyncAfterSeconds: '5' }), 'cannot unmarshal resyncAfterSeconds'],
    ['children that are no list', () => ({ children: {} }), 'cannot unmarshal children'],
    ['a child that is no object', () => ({ children: ['x'] }), 'cannot unmarshal children[0]'],
    [
      'a child without a kind',
      () => ({ children: [{ metadata: {} }] }),
      "Object 'Kind' is missing",
    ],
    ['a status that is no map', () => ({ status: [] }), 'cannot unmarshal status'],
    ['no map at all', () => [], 'cannot unmarshal'],
  ])('%s: a Warning event and a retry, and nothing is deleted', async (_name, sync, message) => {
    const { cluster, answers, bodies } = scripted({ sync: children(() => [rule()]) });
    await cluster.as().apply(env());
    await cluster.settle();
    answers.sync = sync;
    await cluster.advance(60);
    const warning = cluster.events[0]?.message ?? '';
    expect(warning).toContain(
      'Sync error: sync hook failed for DynamicEnv /alice: sync hook failed (version=v2): ',
    );
    expect(warning).toContain(message);
    expect(bodies(SYNC).length).toBeGreaterThan(3);
    expect(cluster.list('DestinationRule')).toHaveLength(1);
  });

  test('are retried with growing delays', async () => {
    const { cluster, hookTimes } = timed(() => answer(500));
    await cluster.as().apply(env());
    await cluster.advance(2);
    const times = hookTimes();
    const gaps = times.map((time, index) => time - (times[index - 1] ?? time));
    expect(gaps.slice(4, 8)).toEqual([41, 81, 161, 321]);
  });

  test('429 is retried after the time in the answer, without an event', async () => {
    const { cluster, hookTimes } = timed(() => answer(429, '', { 'retry-after': '3' }));
    await cluster.as().apply(env());
    await cluster.advance(10);
    const [first = 0, second = 0] = hookTimes().slice(-2);
    expect(second - first).toBe(3001);
    expect(cluster.events).toEqual([]);
  });
});

function timed(sync: (body: HookBody) => unknown) {
  const { cluster } = scripted({ sync });
  const hookTimes = () =>
    cluster.hookCalls.filter(({ url }) => url === SYNC).map(({ time }) => Date.parse(time));
  return { cluster, hookTimes };
}

describe('deletion of a parent', () => {
  test('finalize is called until it answers finalized; answered children stay meanwhile', async () => {
    const { cluster, answers, bodies } = scripted({ sync: children(() => [rule()]) });
    await cluster.as().apply(env());
    await cluster.settle();
    answers.finalize = children(() => [rule()], { finalized: false, resyncAfterSeconds: 5 });
    await cluster.as().delete('DynamicEnv', undefined, 'alice');
    await cluster.advance(12);
    expect(bodies(FINALIZE).every(({ finalizing }) => finalizing)).toBe(true);
    expect(bodies(FINALIZE).length).toBeGreaterThanOrEqual(3);
    expect(cluster.list('DestinationRule')).toHaveLength(1);
    expect(alice(cluster)?.status).toEqual({ state: 'x', observedGeneration: 2 });
    answers.finalize = children(() => [], { finalized: true });
    await cluster.settle();
    expect(cluster.all()).toEqual([]);
    expect(cluster.events).toEqual([]);
  });

  test('foreground: answers are ignored, children are deleted at once', async () => {
    const { cluster, answers } = scripted({ sync: children(() => [rule()]) });
    await cluster.as().apply(env());
    await cluster.settle();
    answers.finalize = (body) => {
      const left = Object.keys(body.children['DestinationRule.networking.istio.io/v1'] ?? {});
      return { children: [rule()], finalized: left.length === 0 };
    };
    await cluster.as().delete('DynamicEnv', undefined, 'alice', { propagation: 'Foreground' });
    await cluster.settle();
    expect(cluster.all()).toEqual([]);
    expect(writesOf(cluster, 'rule')).toEqual(['create']);
  });

  test('orphan: children stay, without an owner', async () => {
    const { cluster } = scripted({ sync: children(() => [rule()]) });
    await cluster.as().apply(env());
    await cluster.settle();
    await cluster.as().delete('DynamicEnv', undefined, 'alice', { propagation: 'Orphan' });
    await cluster.settle();
    expect(alice(cluster)).toBeUndefined();
    const child = cluster.get('DestinationRule', 'shop', 'rule');
    expect(child?.metadata.ownerReferences).toBeUndefined();
  });

  test('finalized while it has other finalizers: it stays, and its children are not changed', async () => {
    const { cluster, bodies } = scripted({ sync: children(() => [rule()]) });
    await cluster.as().apply(env());
    await cluster.settle();
    const finalizers = [...(alice(cluster)?.metadata.finalizers ?? []), 'some/body'];
    await cluster.as().patch('DynamicEnv', undefined, 'alice', { metadata: { finalizers } });
    await cluster.as().delete('DynamicEnv', undefined, 'alice');
    await cluster.settle();
    expect(alice(cluster)?.metadata.finalizers).toEqual(['some/body']);
    expect(cluster.list('DestinationRule')).toHaveLength(1);
    expect(bodies(FINALIZE).length).toBeGreaterThan(1);
  });

  test('a finalizer that cannot be removed fails the sync, which is retried', async () => {
    const { cluster } = scripted();
    await cluster.as().apply(env());
    await cluster.settle();
    const which = { user: 'metacontroller', verb: 'update', kind: 'DynamicEnv' };
    cluster.faults.failWrite(
      ({ user, verb, kind }) => user === which.user && verb === which.verb && kind === which.kind,
      { mode: 'conflict', times: 4 },
    );
    await cluster.as().delete('DynamicEnv', undefined, 'alice');
    await cluster.settle();
    expect(cluster.events[0]?.message).toContain('the object has been modified');
    expect(alice(cluster)).toBeUndefined();
  });
});
