import { describe, expect, test } from '@jest/globals';
import type { VirtualEnvironmentStatus } from '../../../src/api/virtualenvironment.ts';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { pictureOf } from '../../../src/picture/picture.ts';
import { route, to } from '../istio/builders.ts';
import { bigShop, clone, deployment, routes, rule, SETTINGS, service } from './objects.ts';

function environment(
  envLabel: object = { defaultSubset: 'dev' },
  status: VirtualEnvironmentStatus = {},
): KubeObject {
  return {
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    metadata: { name: 'levels', namespace: 'shop', uid: 'uid' },
    ...{ spec: { envLabel }, status },
  };
}

function labelled(object: KubeObject, value: string): KubeObject {
  const { spec } = object as KubeObject & {
    spec: { template: { metadata: { labels: Record<string, string> } } };
  };
  const labels = { ...spec.template.metadata.labels, 'virtual-env': value };
  const template = { ...spec.template, metadata: { labels } };
  return { ...object, ...{ spec: { ...spec, template } } };
}

const version = (value: string) =>
  labelled(deployment(`a-${value.replaceAll('.', '-')}`, 'a', 'shared'), value);
const own = {
  ...service('a'),
  spec: { selector: { app: 'a' }, ports: [{ name: 'http', port: 80 }] },
};
const shop = (...values: string[]) => [own, ...values.map(version)];

/** The boxes within the Service, as `box < box that contains it`. */
const boxes = (objects: KubeObject[]) => {
  const { nodes } = pictureOf(objects, SETTINGS);
  const title = (id: string | undefined) => nodes.find((node) => node.id === id)?.title;
  return nodes
    .filter(({ kind }) => ['level', 'base', 'clone'].includes(kind))
    .map((node) => `${node.title} < ${title(node.parent)}`);
};

describe('levels are boxes in boxes', () => {
  test.each<[string, KubeObject[], string[]]>([
    [
      'three levels',
      [environment(), ...shop('dev', 'dev.p1', 'dev.p1.f')],
      [
        'dev < a',
        'dev.p1 < dev',
        'dev.p1.f < dev.p1',
        'a-dev < dev',
        'a-dev-p1 < dev.p1',
        'a-dev-p1-f < dev.p1.f',
      ],
    ],
    [
      'a level between is missing, and one is beside',
      [environment(), ...shop('dev', 'dev.p1.f', 'devel')],
      [
        'dev < a',
        'dev.p1.f < dev',
        'devel < a',
        'a-dev < dev',
        'a-dev-p1-f < dev.p1.f',
        'a-devel < devel',
      ],
    ],
    [
      'another splitter',
      [environment({ splitter: '-' }), ...shop('dev', 'dev-p', 'dev.q')],
      ['dev < a', 'dev-p < dev', 'dev.q < a', 'a-dev < dev', 'a-dev-p < dev-p', 'a-dev-q < dev.q'],
    ],
    [
      'pods without the label are beside them; a clone is with its base',
      [
        environment(),
        ...shop('dev'),
        deployment('plain', 'a', 'shared'),
        labelled(clone('a', 'alice'), 'dev'),
      ],
      ['dev < a', 'a-alice < dev', 'a-dev < dev', 'plain < a'],
    ],
    ['no VirtualEnvironment', shop('dev', 'dev.p1'), ['a-dev < a', 'a-dev-p1 < a']],
  ])('%s', (_, objects, expected) => {
    expect(boxes(objects)).toEqual(expected);
  });

  test('the default version says so', () => {
    const { nodes } = pictureOf([environment(), ...shop('dev', 'dev.p1')], SETTINGS);
    const levels = nodes.filter(({ kind }) => kind === 'level');
    expect(levels.map(({ title, details }) => [title, details])).toEqual([
      ['dev', ['default version']],
      ['dev.p1', []],
    ]);
  });
});

test('callers that get the header are no boxes; other callers are', () => {
  const from = (labels: Record<string, string>, more: object = {}): HTTPRoute => ({
    match: [{ sourceLabels: labels, ...more }],
    route: [to('a', 'shared')],
  });
  const withoutHeaders = { 'X-Virtual-Env': {} };
  const vs = routes('a', from({ 'virtual-env': 'dev' }, { withoutHeaders }), from({ app: 'b' }));
  const { nodes } = pictureOf([environment(), ...shop('dev'), rule('a', 'shared'), vs], SETTINGS);
  expect(nodes.filter(({ kind }) => kind === 'source').map(({ title }) => title)).toEqual([
    'app=b',
  ]);
});

test('what the status says is at the Service and at the namespace', () => {
  const condition = { reason: 'Blocked', message: 'see the messages', lastTransitionTime: '' };
  const status: VirtualEnvironmentStatus = {
    conditions: [
      { type: 'Ready', status: 'False', ...condition },
      { type: 'Stalled', status: 'True', ...condition },
    ],
    services: [{ name: 'a', message: 'in the way' }, { name: 'gone', message: 'x' }, { name: 'b' }],
  };
  const { nodes } = pictureOf([environment({}, status), ...shop('dev')], SETTINGS);
  const wrong = nodes.filter(({ problems }) => problems.length > 0);
  expect(wrong.map(({ title, problems }) => [title, problems])).toEqual([
    ['namespace shop', ['VirtualEnvironment shop/levels: see the messages']],
    ['a', ['VirtualEnvironment shop/levels: in the way']],
  ]);
});

describe('in a large picture', () => {
  const kindOf = (...objects: KubeObject[]) =>
    pictureOf([...bigShop(20), environment(), ...objects], SETTINGS).nodes.find(
      ({ id }) => id === 'service a.shop.svc.cluster.local',
    )?.kind;

  test('a Service with several levels is not folded; one with a single level is', () => {
    const vs = routes('a', route('a', 'shared'));
    expect(kindOf(...shop('dev', 'dev.p1'), vs)).toBe('service');
    expect(kindOf(...shop('dev'), rule('a', 'shared'), vs)).toBe('folded');
  });

  test('nothing within a folded Service is left', () => {
    const { nodes, edges } = pictureOf(
      [
        ...bigShop(20),
        environment(),
        ...shop('dev'),
        rule('a', 'shared'),
        routes('a', route('a', 'shared')),
      ],
      SETTINGS,
    );
    const ids = new Set(nodes.map(({ id }) => id));
    expect(nodes.filter(({ kind }) => kind === 'level')).toEqual([]);
    expect(edges.filter(({ from, to: end }) => !ids.has(from) || !ids.has(end))).toEqual([]);
  });
});
