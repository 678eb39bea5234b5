import { describe, expect, it } from '@jest/globals';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import { decideChildren, keepAll } from '../../../../../src/kinds/dynamicenv/lifecycle/children.ts';
import { childKey, type Observed, observe } from '../../../../../src/kinds/dynamicenv/observed.ts';
import type { HostPlan } from '../../../../../src/kinds/dynamicenv/plan/host-plan.ts';
import type { WorkloadPlan } from '../../../../../src/kinds/dynamicenv/plan/workload-plan.ts';
import {
  deepFreeze,
  deployment,
  injection,
  NOW,
  rule,
  running,
  stamp,
  workload,
} from '../../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const BASE = { 'riskified.com/deployment': 'shop/backend' };
const WEB = { 'riskified.com/deployment': 'shop/web' };
const HOST_MARK = 'riskified.com/service-host';
const DRAINING = 'riskified.com/draining-since';
const ON_HOST = { ...BASE, [HOST_MARK]: HOST };
const clone = running(deployment('shop/backend-alice', {}, { annotations: BASE }));
const ownRule = rule('shop/own', {}, { annotations: ON_HOST, creationTimestamp: stamp(-60) });

const hostPlan = (more: Partial<HostPlan> = {}): HostPlan => ({
  service: 'backend',
  namespace: 'shop',
  host: HOST,
  rules: [ownRule],
  harmful: [],
  injection: injection(),
  ...more,
});
const plan = (more: Partial<WorkloadPlan> = {}): WorkloadPlan => ({
  kind: 'subset',
  key: 'shop/backend',
  workload: workload('shop/backend'),
  cloneName: 'backend-alice',
  observed: clone,
  deployment: clone,
  recreate: false,
  hosts: [hostPlan()],
  problems: [],
  ...more,
});
const decide = (plans: WorkloadPlan[], observed: Partial<Observed> = {}, harmful: string[] = []) =>
  decideChildren(deepFreeze(plans), {
    env: 'alice',
    observed: deepFreeze({ deployments: [clone], rules: [ownRule], injections: [], ...observed }),
    virtualServices: [],
    harmful: new Set(harmful),
    clusterDomain: 'cluster.local',
    drainSeconds: 10,
    settleSeconds: 3,
    now: NOW,
    force: false,
  });
const keys = (children: readonly KubeObject[]) => children.map(childKey);

describe('desired children', () => {
  it('is answered, without a wait when everything is settled', () => {
    const { children, waits, departing } = decide([plan()]);
    expect(keys(children)).toEqual([
      'Deployment shop/backend-alice',
      'DestinationRule shop/own',
      `RouteInjection /${injection().metadata.name}`,
    ]);
    expect(waits).toEqual([]);
    expect([...departing]).toEqual([]);
  });

  it.each<[string, KubeObject, Partial<Observed>]>([
    ['Deployment', clone, { deployments: [edited(clone)] }],
    ['DestinationRule', ownRule, { rules: [edited(ownRule)] }],
  ])('is marked for repair if a %s lost an annotation', (_kind, wanted, observed) => {
    const { children } = decide([plan()], observed);
    const found = children.find((child) => childKey(child) === childKey(wanted));
    expect(found?.metadata.annotations).toEqual({
      ...wanted.metadata.annotations,
      'riskified.com/repair': '77',
    });
  });
});

describe('a rule that is not desired', () => {
  it('is removed at once if it is harmful', () => {
    const harmful = hostPlan({ rules: [], harmful: [ownRule] });
    const { children, departing } = decide([plan({ hosts: [harmful] })]);
    expect(keys(children)).not.toContain('DestinationRule shop/own');
    expect([...departing]).toEqual(['DestinationRule shop/own']);
  });

  it('is removed at once if it became harmful, even when the whole env is removed', () => {
    const { children } = decide([], {}, ['DestinationRule shop/own']);
    expect(keys(children)).toEqual(['Deployment shop/backend-alice']);
  });

  it('is removed at once if it became harmful, even if nothing can be decided', () => {
    const observed = deepFreeze({ deployments: [clone], rules: [ownRule], injections: [] });
    const kept = keepAll(observed, new Set(['DestinationRule shop/own']));
    expect(keys(kept)).toEqual(['Deployment shop/backend-alice']);
  });

  it('drains even if another Deployment has a rule for its host', () => {
    const webRule = rule('shop/web-own', {}, { annotations: { ...WEB, [HOST_MARK]: HOST } });
    const web = plan({ key: 'shop/web', hosts: [hostPlan({ rules: [webRule] })] });
    const backend = plan({ hosts: [hostPlan({ rules: [] })] });
    const { children } = decide([web, backend], { rules: [ownRule, webRule] });
    expect(keys(children)).toContain('DestinationRule shop/own');
  });

  it('drains if it is not harmful', () => {
    const { children, waits } = decide([plan({ hosts: [hostPlan({ rules: [] })] })]);
    expect(keys(children)).toContain('DestinationRule shop/own');
    expect(waits).toEqual([11]);
  });
});

describe('an injection that is not desired', () => {
  const stray = injection({}, { name: 'stray' });
  const onlyRule = (marks: Record<string, string>) => ({
    deployments: [],
    rules: [marked(ownRule, marks)],
  });

  it.each<[string, WorkloadPlan[], Partial<Observed>, boolean]>([
    ['stays while its rule is there', [plan({ hosts: [] })], {}, true],
    ['stays while its Deployment departs', [], { rules: [] }, true],
    [
      'stays while its Deployment is recreated',
      [plan({ hosts: [], recreate: true })],
      { rules: [] },
      true,
    ],
    ['stays while its Deployment cannot be kept', [withoutClone()], { rules: [] }, true],
    ['is removed while its Deployment stays', [plan({ hosts: [] })], { rules: [] }, false],
    [
      'is removed while another Deployment departs',
      [],
      { deployments: [marked(clone, { ...WEB, [DRAINING]: stamp(0) })], rules: [] },
      false,
    ],
    [
      'stays while a Deployment of an unknown base departs',
      [],
      { deployments: [marked(clone, {})], rules: [] },
      true,
    ],
    [
      'is removed while the rule of another base drains',
      [],
      onlyRule({ ...ON_HOST, ...WEB }),
      false,
    ],
    [
      'is removed while the rule of another host drains',
      [],
      onlyRule({ ...BASE, [HOST_MARK]: 'x' }),
      false,
    ],
    ['stays while a rule of an unknown base drains', [], onlyRule({ [HOST_MARK]: HOST }), true],
    ['stays while a rule of an unknown host drains', [], onlyRule(BASE), true],
  ])('%s', (_what, plans, observed, stays) => {
    const { children } = decide(plans, { ...observed, injections: [stray] });
    expect(keys(children).includes('RouteInjection /stray')).toBe(stays);
  });
});

function marked<T extends KubeObject>(object: T, annotations: Record<string, string>): T {
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function edited<T extends KubeObject>(object: T): T {
  return { ...object, metadata: { ...object.metadata, resourceVersion: '77', annotations: {} } };
}

function withoutClone(): WorkloadPlan {
  const { deployment: _none, ...rest } = plan({ hosts: [] });
  return rest;
}

it.each<[string, unknown]>([
  ['no spec', undefined],
  ['a spec that is null', null],
  ['no matches', { other: 1 }],
  ['matches that are no list', { matches: 5 }],
  ['matches that are not maps', { matches: [null] }],
  ['headers that are not a map', { matches: [{ headers: null }, { headers: { user: null } }] }],
])('keeps a RouteInjection with %s as it is', (_what, spec) => {
  const child = { ...injection(), spec } as unknown as RouteInjection;
  const map = { [child.metadata.name]: child };
  const observed = observe({ 'RouteInjection.riskified.com/v1alpha1': map });
  expect(keepAll(observed, new Set())).toMatchObject([{ metadata: { name: child.metadata.name } }]);
});
