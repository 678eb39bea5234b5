import { describe, expect, it } from '@jest/globals';
import type { DynamicEnvStatus } from '../../../../../src/api/dynamicenv.ts';
import type { VirtualService } from '../../../../../src/istio/types.ts';
import type { HostPlan } from '../../../../../src/kinds/dynamicenv/plan/host-plan.ts';
import type { WorkloadPlan } from '../../../../../src/kinds/dynamicenv/plan/workload-plan.ts';
import { workloadReport } from '../../../../../src/kinds/dynamicenv/status/workload-report.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import { carrying } from '../../../../support/env-fixture.ts';
import {
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  injection,
  NOW,
  objectMap,
  routeTo,
  rule,
  running,
  stamp,
  virtualService,
  workload,
} from '../../../../support/objects.ts';

const clone = running(deployment('shop/backend-alice'));
const host = (service: string, rules = [rule(`shop/${service}-own`)]): HostPlan => ({
  service,
  namespace: 'shop',
  host: `${service}.shop.svc.cluster.local`,
  rules,
  harmful: [],
  injection: injection(
    { host: `${service}.shop.svc.cluster.local`, active: true },
    { name: `alice-${service}`, creationTimestamp: stamp(-60) },
  ),
});
const withoutRule = (service: string) => host(service, []);

interface Given {
  plan?: Partial<WorkloadPlan>;
  virtualServices?: VirtualService[];
  status?: DynamicEnvStatus;
}

function judge({ plan = {}, virtualServices = [], status }: Given) {
  const whole: WorkloadPlan = {
    kind: 'subset',
    key: 'shop/backend',
    workload: workload('shop/backend'),
    cloneName: 'backend-alice',
    observed: clone,
    deployment: clone,
    recreate: false,
    hosts: [],
    problems: [],
    ...plan,
  };
  return workloadReport(deepFreeze(whole), {
    env: deepFreeze({ ...dynamicEnv(), ...(status === undefined ? {} : { status }) }),
    view: meshView(deepFreeze(objectMap(virtualServices)), 'cluster.local'),
    observed: {
      deployments: [clone],
      rules: whole.hosts.flatMap(({ rules }) => rules),
      injections: whole.hosts.map(({ injection: own }) => own),
    },
    departing: new Set<string>(),
    config: CONFIG,
    now: NOW,
  });
}

const wantedInjections = (hosts: readonly HostPlan[]) => hosts.map(({ injection: own }) => own);
const ALL = [host('alt'), host('backend')];

describe('the VirtualServices of several hosts', () => {
  const both = (path: string) =>
    carrying(
      virtualService(path, {
        hosts: ['alt', 'backend'],
        http: [
          routeTo('alt', 'shared', { match: [{ uri: { prefix: '/alt' } }] }),
          routeTo('backend', 'shared'),
        ],
      }),
      wantedInjections(ALL),
    );

  it.each<[string, HostPlan[], VirtualService[], string[]]>([
    ['once, if the entries are the same', ALL, [both('shop/both')], ['shop/both running']],
    [
      'once for each status',
      [withoutRule('alt'), host('backend')],
      [both('shop/both')],
      ['shop/both ignored-missing-destination-rule', 'shop/both running'],
    ],
    [
      'each of them',
      ALL,
      [both('shop/both'), both('shop/second')],
      ['shop/both running', 'shop/second running'],
    ],
  ])('are listed %s', (_what, hosts, virtualServices, expected) => {
    const { status } = judge({ plan: { hosts }, virtualServices });
    expect(
      status.virtualServices?.map(({ namespace, name, status: word }) =>
        [`${namespace}/${name}`, word].join(' '),
      ),
    ).toEqual(expected);
  });
});

describe('a subset without a usable host', () => {
  const UNREACHABLE =
    "Couldn't find common active service hostname across DestinationRules and VirtualServices";
  const SHADOWED =
    'other envs take all requests that match this one; see the condition Conflicting, and narrow the matches';
  const bobs = ALL.map(({ service, injection: { spec } }) =>
    injection(
      {
        ...spec,
        env: 'bob',
        envCreationTimestamp: stamp(-9999),
        subset: 'bob',
        clone: 'backend-bob',
      },
      { name: `bob-${service}` },
    ),
  );
  const shared = ['alt', 'backend'].map((name) =>
    carrying(virtualService(`shop/${name}`), [...bobs, ...wantedInjections(ALL)]),
  );
  const [, backend] = shared;
  const free = carrying(virtualService('shop/alt'), wantedInjections(ALL));

  it.each<[string, HostPlan[], VirtualService[], string[]]>([
    ['has no rule', [withoutRule('alt'), withoutRule('backend')], [free], [UNREACHABLE]],
    ['comes after other envs', ALL, shared, [SHADOWED]],
    [
      'comes after other envs at one host and has no rule for the other',
      [withoutRule('alt'), host('backend')],
      shared.slice(1),
      [SHADOWED],
    ],
    [
      'comes after other envs at one host, but not at the other',
      ALL,
      backend === undefined ? [free] : [free, backend],
      [],
    ],
  ])('%s', (_what, hosts, virtualServices, expected) => {
    const { problems } = judge({ plan: { hosts }, virtualServices });
    expect(problems).toEqual(expected.map((message) => ({ section: 'subset', message })));
  });
});

it.each<[string, 'subset' | 'consumer', 'subsetsStatus' | 'consumersStatus', number]>([
  ['a subset', 'subset', 'subsetsStatus', -99],
  ['a consumer', 'consumer', 'consumersStatus', -99],
  ['a workload that was a consumer', 'subset', 'consumersStatus', 0],
  ['a workload that was a subset', 'consumer', 'subsetsStatus', 0],
])('keeps the time since when there is a problem of %s', (_what, kind, section, since) => {
  const known = { error: 'not found', lastOccurrence: stamp(-99) };
  const before = {
    deployment: { name: 'backend-alice', namespace: 'shop', status: 'running' as const },
    subsetErrors: { deployment: [known] },
  };
  const { status } = judge({
    plan: { kind, problems: [{ section: 'deployment', message: 'not found' }] },
    status: {
      state: 'degraded',
      totalCount: 1,
      totalReady: 0,
      [section]: { 'shop/backend': before },
    },
  });
  expect(status.subsetErrors).toEqual({
    deployment: [{ ...known, lastOccurrence: stamp(since) }],
  });
});
