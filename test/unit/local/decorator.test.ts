import { describe, expect, test } from '@jest/globals';
import { answer, rule, scripted } from './scripted.ts';
import { VIRTUAL_SERVICE } from './story.ts';

const SYNC = '/route-injection/sync';

function get(cluster: ReturnType<typeof scripted>['cluster']) {
  return cluster.get('VirtualService', 'shop', 'backend');
}

describe('the decorator', () => {
  test('sees every VirtualService and touches none unless told', async () => {
    const { cluster, bodies } = scripted();
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.as().create(rule());
    await cluster.settle();
    expect(bodies(SYNC)[0]).toMatchObject({
      object: { metadata: { name: 'backend' } },
      attachments: {},
      related: {},
      finalizing: false,
    });
    expect(cluster.history).toHaveLength(2);
    expect(bodies(SYNC).length).toBeGreaterThanOrEqual(3);
  });

  test('sets labels and annotations, null deletes, others stay', async () => {
    const { cluster, answers } = scripted();
    const labels = { mine: 'x', old: 'y' };
    await cluster
      .as()
      .create({ ...VIRTUAL_SERVICE, metadata: { ...VIRTUAL_SERVICE.metadata, labels } });
    answers.decorate = () => ({
      labels: { old: null, gone: null, new: 'z' },
      annotations: { plan: '[]' },
      attachments: [],
    });
    await cluster.settle();
    expect(get(cluster)?.metadata).toMatchObject({
      labels: { mine: 'x', new: 'z' },
      annotations: { plan: '[]' },
      generation: 1,
    });
    expect(get(cluster)?.metadata.labels).not.toHaveProperty('old');
    expect(cluster.history).toHaveLength(2);
    answers.decorate = () => ({ labels: { new: null, mine: null }, annotations: { plan: null } });
    await cluster.settle();
    expect(get(cluster)?.metadata).not.toHaveProperty('labels');
    expect(get(cluster)?.metadata).not.toHaveProperty('annotations');
  });

  test('asks again when it is told to', async () => {
    const { cluster, bodies } = scripted({ decorate: () => ({ resyncAfterSeconds: 4 }) });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.advance(9);
    expect(bodies(SYNC)).toHaveLength(3);
  });

  test('gives way when somebody else has written: the next sync does it', async () => {
    const { cluster, answers } = scripted({}, { informerDelay: () => 100 });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.settle();
    answers.decorate = () => ({ labels: { ours: 'yes' } });
    const touch = (hosts: string[]) =>
      cluster.as().patch('VirtualService', 'shop', 'backend', { spec: { hosts } });
    await touch(['a']);
    await cluster.advance(0.09);
    await touch(['b']);
    await cluster.advance(0.05);
    expect(get(cluster)?.metadata.labels).toBeUndefined();
    await cluster.settle();
    expect(get(cluster)).toMatchObject({
      metadata: { labels: { ours: 'yes' } },
      spec: { hosts: ['b'] },
    });
    expect(cluster.events).toEqual([]);
  });

  test('a VirtualService that goes while the hook is called is not missed', async () => {
    const { cluster } = scripted({ decorate: () => ({ labels: { a: 'b' } }) });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.as().delete('VirtualService', 'shop', 'backend');
    await cluster.settle();
    const late = scripted(
      { decorate: () => ({ labels: { a: 'b' } }) },
      { informerDelay: () => 50 },
    );
    await late.cluster.as().create(VIRTUAL_SERVICE);
    await late.cluster.advance(0.04);
    await late.cluster.as().delete('VirtualService', 'shop', 'backend');
    await late.cluster.settle();
    expect([...cluster.events, ...late.cluster.events]).toEqual([]);
  });

  test.each([
    [
      'an error',
      () => answer(503, 'away'),
      'sync hook failed (version=v2): unsupported status code: 503',
    ],
    ['a child', () => ({ children: [] }), 'unknown field "children"'],
    ['a number for a label', () => ({ labels: { a: 1 } }), 'cannot unmarshal labels.a'],
    ['a status', () => ({ status: {} }), 'plays no status and no attachments'],
    ['an attachment', () => ({ attachments: [rule()] }), 'plays no status and no attachments'],
  ])('%s becomes a Warning', async (_name, decorate, message) => {
    const { cluster } = scripted({ decorate });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.advance(1);
    expect(cluster.events[0]).toMatchObject({
      object: 'VirtualService shop/backend',
      reason: 'SyncError',
    });
    expect(cluster.events[0]?.message).toContain(message);
  });

  test('an unwritable VirtualService: a Warning and retries, until it can be written', async () => {
    const { cluster } = scripted({ decorate: () => ({ labels: { a: 'b' } }) });
    const lift = cluster.faults.failWrite(
      ({ kind, user }) => kind === 'VirtualService' && user === 'metacontroller',
      { message: 'frozen' },
    );
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.advance(5);
    expect(cluster.events.length).toBeGreaterThan(3);
    expect(cluster.events[0]?.message).toBe(
      'Sync error: can\'t update VirtualService shop/backend: virtualservices.networking.istio.io "backend" is forbidden: frozen',
    );
    lift();
    await cluster.settle();
    expect(get(cluster)?.metadata.labels).toEqual({ a: 'b' });
  });
});
