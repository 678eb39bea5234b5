import { expect, test } from '@jest/globals';
import type { ObjectMap } from '../../../../src/hooks/types.ts';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import {
  finalizeVirtualEnvironment,
  syncVirtualEnvironment,
} from '../../../../src/kinds/virtual-environment/sync.ts';
import {
  answerOf,
  applied,
  environment,
  later,
  levelService,
  levelWorkload,
  requestOf,
  settled,
  type World,
  world,
} from '../../../support/virtual-environment-world.ts';

const VIRTUAL_SERVICES = 'VirtualService.networking.istio.io/v1';
const RULES = 'DestinationRule.networking.istio.io/v1';

const start = settled(
  world({
    services: [levelService('a')],
    workloads: ['dev', 'dev.p1'].map((value) => levelWorkload('a', value)),
  }),
);

type Request = ReturnType<typeof requestOf>;

const REFUSAL = { reason: 'Invalid', path: 'spec', message: 'is wrong' } as const;
const synced = (request: Request, { config, now } = start) =>
  syncVirtualEnvironment(request, [], config, now);
const refused = (request: Request) =>
  syncVirtualEnvironment(request, [REFUSAL], start.config, start.now);
const finalized = (request: Request, { config, now } = start) =>
  finalizeVirtualEnvironment(request, config, now);
const namesIn = (answer: ReturnType<typeof synced>) =>
  'reason' in answer ? [answer.reason] : answer.children.map(({ kind }) => kind);

type Istio = KubeObject & { spec?: object };

/** The objects of a group, changed. */
function changed(
  group: ObjectMap[string] | undefined,
  change: (object: Istio) => Istio,
): Record<string, KubeObject> {
  return Object.fromEntries(
    Object.entries(group ?? {}).map(([key, object]) => [key, change(structuredClone(object))]),
  );
}

test('a child that the cache of related objects knows without its owner is still the own one', () => {
  const request = requestOf(start);
  const orphan = (object: Istio) => ({
    ...object,
    metadata: { ...object.metadata, ownerReferences: [], labels: {} },
  });
  for (const key of [VIRTUAL_SERVICES, RULES]) {
    request.related[key] = changed(request.related[key], orphan);
  }
  expect(namesIn(synced(request))).toEqual(['VirtualService', 'DestinationRule']);
});

/** A subset of a version that is gone, to which only a VirtualService of somebody else leads. */
function withOther(spec: object): World {
  const other = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'other', namespace: 'shop' },
    spec,
  };
  return settled({
    ...start,
    foreign: [other],
    workloads: start.workloads.filter(({ metadata }) => metadata.name !== 'a-dev.p1'),
  });
}

test.each<[string, object]>([
  ['that can be read', { hosts: ['x.com'] }],
  ['with a field of the wrong type', { hosts: ['x.com'], gateways: 5 }],
])('a subset stays while a VirtualService %s leads to it', (_name, more) => {
  const http = [{ route: [{ destination: { host: 'a', subset: 'dev-p1' } }] }];
  const { rules } = withOther({ ...more, http });
  expect(rules.get('a')?.spec.subsets?.map(({ name }) => name)).toContain('dev-p1');
});

test.each([
  ['sync', synced],
  ['finalize', finalized],
])('%s is refused where a kind was not sent, or a child cannot be read', (_name, answer) => {
  const { [VIRTUAL_SERVICES]: _gone, ...related } = requestOf(start).related;
  expect(answer({ ...requestOf(start), related })).toMatchObject({ reason: 'Required' });
  for (const key of [VIRTUAL_SERVICES, RULES]) {
    const request = requestOf(start);
    const children: ObjectMap = request.children;
    children[key] = changed(children[key], (object) => ({
      ...object,
      spec: { ...object.spec, http: 'x', subsets: [null] },
    }));
    expect(answer(request)).toMatchObject({
      reason: 'Invalid',
      message: expect.stringMatching(/ shop\/a cannot be read: /),
    });
    expect(refused(request)).toMatchObject({ reason: 'Invalid' });
  }
});

test('fields that are null count as absent', () => {
  const nothing = null as unknown as undefined;
  const spec = {
    envHeader: { name: nothing, autoInject: nothing, aliases: nothing },
    envLabel: { name: nothing, splitter: nothing, defaultSubset: nothing },
  };
  expect(namesIn(synced({ ...requestOf(start), parent: environment(spec as object) }))).toEqual([
    'VirtualService',
    'DestinationRule',
  ]);
});

const defaultOf = ({ virtualServices }: World) =>
  virtualServices.get('a')?.spec.http?.at(-1)?.route?.[0]?.destination.subset;
const withDefault = (defaultSubset: string) =>
  environment({ envLabel: { defaultSubset } }, { generation: 2 });

test('all other requests stay with the former default version until the new one is known to every proxy and ready', () => {
  const fresh = levelWorkload('a', 'qa', { isReady: false });
  const next = { ...start, parent: withDefault('qa'), workloads: [...start.workloads, fresh] };
  let now = applied(next, answerOf(next));
  expect(defaultOf(now)).toBe('dev');
  now = applied(later(now, 3600), answerOf(later(now, 3600)));
  expect(defaultOf(now)).toBe('dev');
  const ready = { ...now, workloads: [...start.workloads, levelWorkload('a', 'qa')] };
  expect(defaultOf(settled(ready))).toBe('qa');
});

test('a former default version that is not ready any more does not stay', () => {
  const workloads = [
    levelWorkload('a', 'dev', { isReady: false }),
    levelWorkload('a', 'dev.p1'),
    levelWorkload('a', 'qa', { isReady: false }),
  ];
  const next = { ...start, parent: withDefault('qa'), workloads };
  expect(defaultOf(applied(next, answerOf(next)))).toBeUndefined();
});

test('under another key of the label a subset changes only when its new pods are ready', () => {
  const parent = environment({ envLabel: { name: 'level', defaultSubset: 'dev' } });
  const fresh = levelWorkload('a', 'old', { isReady: false, labels: { level: 'dev' } });
  const other = levelWorkload('a', 'older', { labels: { level: 'dev.p1' } });
  const next = { ...start, parent, workloads: [...start.workloads, other, fresh] };
  const now = settled(next);
  const labels = ({ rules }: World) =>
    rules.get('a')?.spec.subsets?.find(({ name }) => name === 'dev')?.labels;
  expect(defaultOf(now)).toBe('dev');
  expect(labels(now)).toEqual({ 'virtual-env': 'dev' });
  const ready = levelWorkload('a', 'old', { labels: { level: 'dev' } });
  const workloads = [...start.workloads, other, ready];
  expect(labels(settled({ ...now, workloads }))).toEqual({ level: 'dev' });
});
