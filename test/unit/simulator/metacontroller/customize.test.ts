import { describe, expect, test } from '@jest/globals';
import type { RelatedRule } from '../../../../src/hooks/types.ts';
import type { Cluster } from '../../../../src/simulator/cluster.ts';
import { answer, deployment, rule, scripted } from '../scripted.ts';
import { env } from '../story.ts';

const CUSTOMIZE = '/dynamicenv/customize';
const SYNC = '/dynamicenv/sync';
const RULES = 'DestinationRule.networking.istio.io/v1';

function asking(...rules: (Partial<RelatedRule> & Record<string, unknown>)[]) {
  return () => ({
    relatedResources: rules.map((more) => ({
      apiVersion: 'networking.istio.io/v1',
      resource: 'destinationrules',
      ...more,
    })),
  });
}

async function populate(cluster: Cluster): Promise<void> {
  for (const [namespace, name, team] of [
    ['shop', 'a', 'blue'],
    ['shop', 'b', 'red'],
    ['bank', 'a', 'blue'],
  ] as const) {
    const object = rule(name);
    Object.assign(object.metadata, { namespace, labels: { team } });
    await cluster.as().create(object);
  }
  const labels = { zone: 'safe' };
  await cluster
    .as()
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bank', labels } });
  await cluster.advance(1);
}

describe('which objects a rule selects', () => {
  const blue = { matchLabels: { team: 'blue' } };
  test.each([
    ['no condition: all objects', {}, ['bank/a', 'shop/a', 'shop/b']],
    [
      'null counts as no condition',
      { labelSelector: null, names: null, namespace: null },
      ['bank/a', 'shop/a', 'shop/b'],
    ],
    ['a namespace', { namespace: 'shop' }, ['shop/a', 'shop/b']],
    ['names in any namespace', { names: ['a'] }, ['bank/a', 'shop/a']],
    ['names in one namespace', { namespace: 'shop', names: ['b', 'c'] }, ['shop/b']],
    ['labels', { labelSelector: blue }, ['bank/a', 'shop/a']],
    ['labels in one namespace', { namespace: 'shop', labelSelector: blue }, ['shop/a']],
    [
      'namespaces with labels',
      { namespaceSelector: { matchLabels: { zone: 'safe' } } },
      ['bank/a'],
    ],
    ['nothing there', { namespace: 'none' }, []],
  ])('%s', async (_name, more, expected) => {
    const { cluster, bodies } = scripted({ customize: asking(more as Partial<RelatedRule>) });
    await populate(cluster);
    await cluster.as().apply(env());
    await cluster.advance(1);
    const related = bodies(SYNC).at(-1)?.related;
    expect(Object.keys(related?.[RULES] ?? {})).toEqual(expected);
    expect(Object.keys(related ?? {})).toEqual([RULES]);
  });

  test('the namespace is ignored for a cluster-scoped kind; two rules of one kind make one group', async () => {
    const namespaces = { apiVersion: 'v1', resource: 'namespaces', namespace: 'shop' };
    const { cluster, bodies } = scripted({
      customize: asking(namespaces, { names: ['b'] }, { namespace: 'bank' }),
    });
    await populate(cluster);
    await cluster.as().apply(env());
    await cluster.advance(1);
    const related = bodies(SYNC).at(-1)?.related ?? {};
    expect(Object.keys(related)).toEqual([RULES, 'Namespace.v1']);
    expect(Object.keys(related['Namespace.v1'] ?? {})).toEqual(['bank']);
    expect(Object.keys(related[RULES] ?? {}).sort()).toEqual(['bank/a', 'shop/b']);
  });

  test.each([
    [
      'names and labels',
      { names: ['a'], labelSelector: {} },
      'cannot have both names and labelSelector',
    ],
    [
      'namespace and selector',
      { namespace: 'a', namespaceSelector: {} },
      'both namespace and namespaceSelector',
    ],
    [
      'a bad operator',
      { labelSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } },
      'not a valid label selector operator',
    ],
    [
      'a namespace selector for a cluster-scoped kind',
      { apiVersion: 'v1', resource: 'namespaces', namespaceSelector: {} },
      'namespaceSelector is only supported for namespaced related resources',
    ],
    ['an unknown resource', { resource: 'nothings' }, "discovery: can't find resource nothings"],
    [
      'an unknown field',
      { labelselector: {} },
      'unknown field "relatedResources[0].labelselector"',
    ],
    ['a wrong type', { names: 'a' }, 'cannot unmarshal relatedResources[0].names'],
  ])('%s: the sync fails', async (_name, more, message) => {
    const { cluster, bodies } = scripted({ customize: asking(more as Partial<RelatedRule>) });
    await cluster.as().apply(env());
    await cluster.advance(1);
    expect(cluster.events[0]?.message).toContain(message);
    expect(bodies(SYNC)).toEqual([]);
  });
});

describe('when the hook is called', () => {
  test('once for each uid and generation, and again after twenty minutes', async () => {
    const { cluster, bodies } = scripted();
    await cluster.as().apply(env());
    await cluster.advance(19 * 60);
    await cluster
      .as()
      .patch('DynamicEnv', undefined, 'alice', { metadata: { labels: { a: 'b' } } });
    await cluster.advance(1);
    expect(bodies(CUSTOMIZE)).toHaveLength(1);
    await cluster.as().apply(env('backend:3'));
    await cluster.advance(1);
    expect(bodies(CUSTOMIZE)).toHaveLength(2);
    await cluster.advance(21 * 60);
    expect(bodies(CUSTOMIZE)).toHaveLength(3);
  });

  test('an error is not cached: the sync is retried, and an event is lost until the resync', async () => {
    const { cluster, answers, bodies } = scripted({ customize: asking({ namespace: 'shop' }) });
    await cluster.as().apply(env());
    await cluster.advance(1);
    answers.customize = () => answer(500);
    await cluster.as().apply(env('backend:3'));
    await cluster.advance(0.1);
    const before = bodies(SYNC).length;
    expect(cluster.events[0]?.message).toContain('unsupported status code: 500');
    await cluster.as().create(rule());
    await cluster.advance(0.05);
    expect(bodies(SYNC)).toHaveLength(before);
    answers.customize = asking({ namespace: 'shop' });
    await cluster.advance(60);
    expect(Object.keys(bodies(SYNC).at(-1)?.related[RULES] ?? {})).toEqual(['shop/rule']);
  });
});

describe('related objects cause a sync', () => {
  test.each([
    ['added', async (cluster: Cluster) => cluster.as().create(rule('new'))],
    [
      'changed',
      async (cluster: Cluster) =>
        cluster.as().patch('DestinationRule', 'shop', 'a', { spec: { host: 'b' } }),
    ],
    [
      'an object that is no longer selected',
      async (cluster: Cluster) =>
        cluster
          .as()
          .patch('DestinationRule', 'shop', 'b', { metadata: { labels: { team: null } } }),
    ],
    ['deleted', async (cluster: Cluster) => cluster.as().delete('DestinationRule', 'shop', 'b')],
  ])('%s', async (_name, act) => {
    const labelSelector = { matchExpressions: [{ key: 'team', operator: 'Exists' as const }] };
    const { cluster, bodies } = scripted({
      customize: asking({ namespace: 'shop', labelSelector }, { names: ['new'] }),
    });
    await populate(cluster);
    await cluster.as().apply(env());
    await cluster.advance(1);
    const before = bodies(SYNC).length;
    await act(cluster);
    await cluster.advance(1);
    expect(bodies(SYNC)).toHaveLength(before + 1);
  });

  test('other objects, and kinds that no rule selects, cause no sync', async () => {
    const { cluster, bodies } = scripted({ customize: asking({ namespace: 'bank' }) });
    await cluster.as().apply(env());
    await cluster.advance(1);
    const before = bodies(SYNC).length;
    await cluster.as().create(rule());
    await cluster.as().create(deployment());
    await cluster.advance(5);
    expect(bodies(SYNC)).toHaveLength(before);
  });
});
