import { describe, expect, it } from '@jest/globals';
import type { VirtualEnvironmentStatus } from '../../../../src/api/virtualenvironment.ts';
import {
  finalizeVirtualEnvironment,
  syncVirtualEnvironment,
} from '../../../../src/kinds/virtual-environment/sync.ts';
import { CONFIG, NOW } from '../../../support/objects.ts';
import {
  answerOf,
  applied,
  environment,
  later,
  levelService,
  levelWorkload,
  requestOf,
  settled,
  world,
} from '../../../support/virtual-environment-world.ts';

const WORLD = world({
  services: [levelService('app')],
  workloads: [levelWorkload('app', 'dev'), levelWorkload('app', 'dev.a')],
});
const ISTIO = 'networking.istio.io/v1';
const KEYS = [
  'Service.v1',
  'Deployment.apps/v1',
  'StatefulSet.apps/v1',
  `VirtualService.${ISTIO}`,
  `DestinationRule.${ISTIO}`,
  'VirtualEnvironment.env.alibaba.com/v1alpha2',
];

const shown = (status: object | undefined) => (status ?? {}) as VirtualEnvironmentStatus;
const condition = (status: object | undefined, type: string) =>
  shown(status).conditions?.find((one) => one.type === type);

describe('nothing is lost', () => {
  it.each(KEYS)('a sync without %s is refused', (key) => {
    const request = requestOf(settled(WORLD));
    const { [key]: _, ...related } = request.related;
    expect(syncVirtualEnvironment({ ...request, related }, [], CONFIG, NOW)).toMatchObject({
      reason: 'Required',
      message: expect.stringContaining(key.split('.')[0] ?? ''),
    });
  });

  it('a removal without VirtualServices is refused, unless there is nothing to remove', () => {
    const request = { ...requestOf(settled(WORLD)), related: {} };
    expect(finalizeVirtualEnvironment(request, CONFIG, NOW)).toMatchObject({ reason: 'Required' });
    const empty = { ...request, children: {} };
    expect(finalizeVirtualEnvironment(empty, CONFIG, NOW)).toMatchObject({ finalized: true });
  });

  it('a workload that cannot be read is refused', () => {
    const [first, ...others] = WORLD.workloads;
    const broken = { ...first, spec: { template: { metadata: { labels: { app: 7 } } } } } as never;
    const request = requestOf({ ...WORLD, workloads: [broken, ...others] });
    expect(syncVirtualEnvironment(request, [], CONFIG, NOW)).toEqual({
      reason: 'Invalid',
      message:
        'Deployment shop/app-dev cannot be read: spec.template.metadata.labels.app: expected a text',
    });
  });

  it('with a spec that cannot be used, everything stays as it is', () => {
    const rest = settled(WORLD);
    const refusals = [{ reason: 'Invalid', message: 'is wrong', path: 'spec.envLabel' }];
    const answer = syncVirtualEnvironment(requestOf(rest), refusals, CONFIG, later(rest, 99).now);
    if ('reason' in answer) throw new Error(answer.message);
    expect(applied(rest, answer)).toMatchObject({
      virtualServices: rest.virtualServices,
      rules: rest.rules,
    });
    expect(shown(answer.status).services).toEqual(shown(rest.parent.status).services);
    expect(condition(answer.status, 'Stalled')?.message).toBe(
      'spec.envLabel: is wrong; everything stays as it is until then',
    );
  });

  it('children of kinds that it does not know stay, and go with it', () => {
    const other = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'shop' },
    };
    const request = requestOf(WORLD);
    const children = { ...request.children, 'ConfigMap.v1': { 'shop/x': other } };
    const answer = syncVirtualEnvironment({ ...request, children }, [], CONFIG, NOW);
    expect(answer).toMatchObject({ children: expect.arrayContaining([other]) });
    const last = finalizeVirtualEnvironment({ ...request, children }, CONFIG, NOW);
    expect(last).toMatchObject({ children: [], finalized: false });
  });
});

it('an unchanged cluster gets the same answer at any later time', () => {
  const rest = settled(WORLD);
  const answer = JSON.stringify(answerOf(rest));
  for (const seconds of [1, 60, 86_400]) {
    expect(JSON.stringify(answerOf(later(rest, seconds)))).toBe(answer);
  }
});

it('the order of the lists does not count', () => {
  const rest = settled(WORLD);
  const turned = { ...rest, workloads: rest.workloads.toReversed() };
  expect(JSON.stringify(answerOf(turned))).toBe(JSON.stringify(answerOf(rest)));
});

it('a status change of a workload that changes no decision changes nothing', () => {
  const rest = settled(WORLD);
  const [first, ...others] = rest.workloads;
  if (first === undefined) throw new Error('no workload');
  const scaled = { ...first, status: { ...first.status, replicas: 1, readyReplicas: 7 } };
  const changed = { ...rest, workloads: [scaled, ...others] };
  expect(JSON.stringify(answerOf(changed))).toBe(JSON.stringify(answerOf(rest)));
});

it('the status lists at most 200 Services, and says how many there are', () => {
  const names = Array.from({ length: 230 }, (_, index) => `app-${index}`);
  const big = {
    ...WORLD,
    services: names.map((name) => levelService(name)),
    workloads: names.map((name) => levelWorkload(name, 'dev')),
  };
  const { services, moreServices } = shown(answerOf(big).status);
  expect([services?.length, moreServices]).toEqual([200, 30]);
});

it('the status has at most 50 KiB of Services', () => {
  const names = Array.from({ length: 150 }, (_, index) => `app-${index}`);
  const values = Array.from({ length: 10 }, (_, index) => `${'x'.repeat(50)}${index}`);
  const big = {
    ...WORLD,
    services: names.map((name) => levelService(name)),
    workloads: names.flatMap((name) => values.map((value) => levelWorkload(name, value))),
  };
  const { services = [], moreServices = 0 } = shown(answerOf(big).status);
  expect(JSON.stringify(services).length).toBeLessThan(52 * 1024);
  expect(services.length + moreServices).toBe(150);
});

it('without a version anywhere the status says which label is missing', () => {
  const { status } = answerOf({ ...WORLD, workloads: [] });
  expect(condition(status, 'Ready')).toMatchObject({
    status: 'True',
    reason: 'NoVersions',
    message: 'no Service selects pods with the label virtual-env (spec.envLabel.name)',
  });
});

it.each<[string, object, boolean]>([
  ['an older one', { name: 'z', creationTimestamp: '2025-12-31T23:59:59Z' }, true],
  ['one of the same second and a smaller name', { name: 'a' }, true],
  ['one of the same second and a greater name', { name: 'z' }, false],
  ['a younger one', { name: 'a', creationTimestamp: '2026-01-01T00:00:01Z' }, false],
])('of several only the oldest counts: beside %s', (_, metadata, isConflicted) => {
  const other = environment({}, { uid: 'other', ...metadata });
  const { status, children } = answerOf({ ...WORLD, foreign: [other] });
  expect(condition(status, 'Conflicted')?.status).toBe(isConflicted ? 'True' : 'False');
  expect(children.length).toBe(isConflicted ? 0 : 1);
});

it('a child that only the related objects show is its own', () => {
  const rest = settled(WORLD);
  const request = requestOf(rest);
  const children = { [`VirtualService.${ISTIO}`]: {}, [`DestinationRule.${ISTIO}`]: {} };
  const answer = syncVirtualEnvironment({ ...request, children }, [], CONFIG, rest.now);
  expect(answer).toEqual(answerOf(rest));
});
