import { describe, expect, it } from '@jest/globals';
import type { LifeCycle, ResourceStatus } from '../../../../../src/api/dynamicenv.ts';
import {
  conflicting,
  guarded,
  routesInjected,
  workloadsReady,
} from '../../../../../src/kinds/dynamicenv/status/findings.ts';
import type { HostStatus } from '../../../../../src/kinds/dynamicenv/status/host-status.ts';
import type { WorkloadReport } from '../../../../../src/kinds/dynamicenv/status/workload-report.ts';
import type { PlanNote } from '../../../../../src/virtualservice/routes/plan-codec.ts';
import { deepFreeze, injection, workload } from '../../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const resource = (name: string, status: LifeCycle, message?: string): ResourceStatus => ({
  name,
  namespace: 'shop',
  status,
  ...(message === undefined ? {} : { message }),
});

const host = (rest: Partial<HostStatus> = {}): HostStatus => ({
  rules: [resource('rule', 'running')],
  virtualServices: [resource('vs', 'running')],
  notes: [],
  isComplete: true,
  isUnrouted: false,
  isLooking: false,
  isShadowed: false,
  isHopeless: false,
  waits: [],
  ...rest,
});

const note = (state: PlanNote['state'], message: string) => ({
  env: 'alice',
  deployment: { namespace: 'shop', name: 'backend' },
  host: HOST,
  state,
  message,
  virtualService: 'shop/vs',
});

function report(
  name: string,
  rest: Partial<WorkloadReport> = {},
  kind: 'subset' | 'consumer' = 'subset',
): WorkloadReport {
  const hosts = rest.hosts ?? [host()];
  return deepFreeze({
    plan: {
      kind,
      workload: workload(`shop/${name}`),
      key: `shop/${name}`,
      cloneName: `${name}-alice`,
      recreate: false,
      hosts: hosts.map(() => ({
        service: name,
        namespace: 'shop',
        host: HOST,
        rules: [],
        harmful: [],
        injection: injection(),
      })),
      problems: [],
    },
    status: { deployment: resource(`${name}-alice`, 'running') },
    hosts,
    problems: [],
    isRunning: true,
    isRouted: true,
    ...rest,
  });
}

const deploymentIs = (name: string, status: LifeCycle, message?: string) => ({
  isRunning: false,
  status: { deployment: resource(`${name}-alice`, status, message) },
});

describe('workloadsReady', () => {
  it('is true if all workloads run', () => {
    expect(workloadsReady([report('a'), report('b', {}, 'consumer')])).toEqual({
      status: true,
      reason: 'AllRunning',
      message: 'all clones run',
    });
  });

  it('names workloads that do not run, and the reason', () => {
    const reports = [
      report('a', deploymentIs('a', 'initializing')),
      report('b'),
      report('c', deploymentIs('c', 'updating', 'slow')),
    ];
    expect(workloadsReady(reports)).toEqual({
      status: false,
      reason: 'WorkloadsPending',
      message: 'Deployment shop/a-alice is initializing; Deployment shop/c-alice is updating: slow',
    });
  });

  it.each<['deployment' | 'subset', string]>([
    ['deployment', 'WorkloadFailed'],
    ['subset', 'WorkloadsPending'],
  ])('is false with a problem of the %s: %s', (section, reason) => {
    const failed = deploymentIs('a', 'failed', 'x');
    const reports = [report('a', { ...failed, problems: [{ section, message: 'x' }] })];
    expect(workloadsReady(reports)).toMatchObject({ status: false, reason });
  });

  it('ignores problems of workloads that run', () => {
    const problems = [{ section: 'deployment' as const, message: 'x' }];
    const reports = [report('a', deploymentIs('a', 'updating')), report('b', { problems })];
    expect(workloadsReady(reports).reason).toBe('WorkloadsPending');
  });
});

describe('routesInjected', () => {
  const pending = (status: LifeCycle, message?: string) =>
    host({ virtualServices: [resource('vs', status, message)] });

  it('is true without subsets', () => {
    expect(routesInjected([report('a', { isRouted: false }, 'consumer')])).toEqual({
      status: true,
      reason: 'NoSubsets',
      message: 'consumers get no routes',
    });
  });

  it('is true if every subset has its routes', () => {
    expect(routesInjected([report('a'), report('b')])).toEqual({
      status: true,
      reason: 'AllInjected',
      message: 'every subset has its routes',
    });
  });

  it.each<[string, Partial<WorkloadReport>, string]>([
    ['nothing yet', { isRouted: false, hosts: [] }, 'waiting for its pods, rules and routes'],
    [
      'routes that do not exist yet',
      { hosts: [pending('initializing')] },
      'waiting for its pods, rules and routes',
    ],
    ['routes that must change', { hosts: [pending('updating', 'why')] }, 'shop/vs: why'],
    [
      'two hosts with the same problem',
      {
        hosts: [
          pending('initializing', 'why'),
          pending('initializing', 'why'),
          pending('updating', 'so'),
        ],
      },
      'shop/vs: why; shop/vs: so',
    ],
    [
      'no rule',
      {
        isRouted: false,
        hosts: [host({ rules: [resource('r', 'ignored-missing-destination-rule', 'none')] })],
      },
      'shop/r: none',
    ],
    [
      'notes about workloads that run',
      { isRouted: false, hosts: [pending('running', 'partly')] },
      'waiting for its pods, rules and routes',
    ],
  ])('is false: %s', (_what, rest, why) => {
    expect(routesInjected([report('b'), report('a', rest)])).toEqual({
      status: false,
      reason: 'RoutesPending',
      message: `shop/a: ${why}`,
    });
  });

  it('names each subset that waits', () => {
    const waiting = { isRouted: false, hosts: [pending('initializing', 'why')] };
    expect(routesInjected([report('a', waiting), report('b', waiting)]).message).toBe(
      'shop/a: shop/vs: why; shop/b: shop/vs: why',
    );
  });

  it.each<[string, HostStatus]>([
    ['removing', pending('removing')],
    ['ignored', pending('ignored-missing-virtual-service')],
    [
      'without a rule',
      host({
        rules: [resource('r', 'initializing')],
        virtualServices: [resource('vs', 'initializing')],
      }),
    ],
  ])('does not wait for another host that is %s', (_what, further) => {
    expect(routesInjected([report('a', { hosts: [host(), further] })]).status).toBe(true);
  });
});

describe('guarded', () => {
  it('is true', () => {
    const notes = [note('skipped', 'x')];
    expect(guarded([report('a', { hosts: [host({ notes })] })])).toEqual({
      status: true,
      reason: 'Guarded',
      message: 'every known route names a subset',
    });
  });

  it('is unknown while VirtualServices are looked for, but an unguarded route is reported at once', () => {
    const looking = host({ isLooking: true });
    expect(guarded([report('a', { hosts: [host()] }), report('b', { hosts: [looking] })])).toEqual({
      status: 'unknown',
      reason: 'Looking',
      message: 'still looking for VirtualServices of some hosts',
    });
    const leak = host({ notes: [note('unguarded', 'leaks')] });
    expect(guarded([report('a', { hosts: [looking, leak] })]).reason).toBe('Unguarded');
  });

  it('is false if a route names no subset; each route is reported once, also for consumers', () => {
    const leak = host({ notes: [note('unguarded', 'leaks'), note('skipped', 'x')] });
    const reports = [
      report('a', { hosts: [leak] }, 'consumer'),
      report('b', { hosts: [leak, host({ isUnrouted: true })] }),
    ];
    expect(guarded(reports)).toEqual({
      status: false,
      reason: 'Unguarded',
      message: `VirtualService shop/vs: leaks; no VirtualService routes ${HOST}, so that its requests reach all pods, the clone's too; add one that names the base's subset`,
    });
  });
});

it.each([
  ['is not named', 'leaks; name it there', 'leaks; name it there, once a DestinationRule has it'],
  ['only lacks a label', 'leaks; add the label', 'leaks; add the label'],
])('guarded, without a rule and for a route whose subset %s', (_what, message, told) => {
  const one = report('a', { hosts: [host({ notes: [note('unguarded', message)] })] });
  const hosts = one.plan.hosts.map((plan) => ({
    ...plan,
    missing: 'no rule',
    injection: injection({ exposed: [{ subset: 'x', remedy: 'add the label' }] }),
  }));
  expect(guarded([{ ...one, plan: { ...one.plan, hosts } }]).message).toBe(
    `VirtualService shop/vs: ${told}`,
  );
});

it('guarded is false for a headless Service', () => {
  const one = report('a');
  const [plan] = one.plan.hosts;
  const hosts = [{ ...plan, isHeadless: true }] as typeof one.plan.hosts;
  expect(guarded([{ ...one, plan: { ...one.plan, hosts } }])).toEqual({
    status: false,
    reason: 'Unguarded',
    message:
      "Service shop/a is headless: a sidecar sends to the address that the caller looked up, whatever the routes say, so that regular requests may reach the clone's pods; give it a cluster IP",
  });
});

describe('conflicting', () => {
  it('is false', () => {
    const notes = [note('unguarded', 'x')];
    expect(conflicting([report('a', { hosts: [host({ notes })] })])).toEqual({
      status: false,
      reason: 'NoConflict',
      message: 'no other env takes the same requests first',
    });
  });

  it('is true if another env comes first', () => {
    const shadowed = host({ notes: [note('shadowed', 'first'), note('skipped', 'x')] });
    const twice = report('a', { hosts: [shadowed, shadowed] });
    const other = host({ notes: [note('shadowed', 'second')] });
    expect(conflicting([twice, report('b', { hosts: [other] })])).toEqual({
      status: true,
      reason: 'Shadowed',
      message: 'VirtualService shop/vs: first; VirtualService shop/vs: second',
    });
  });
});

describe('is true if this concerns one of several matches', () => {
  const problem = { section: 'deployment' as const, message: 'no such container' };
  const some = (...hosts: HostStatus[]) => [report('backend', { hosts })];

  it('is true if workloads have failed, not only if they are late', () => {
    const late = report('web', deploymentIs('web', 'initializing'));
    const failed = report('backend', { ...deploymentIs('backend', 'failed'), problems: [problem] });
    expect(workloadsReady([late, failed]).reason).toBe('WorkloadFailed');
    expect(workloadsReady([late]).reason).toBe('WorkloadsPending');
  });

  it('is true while routes are waited for: one host of two, one rule of two', () => {
    const pending = host({
      rules: [resource('rule', 'running'), resource('other', 'initializing')],
      virtualServices: [resource('vs', 'running'), resource('vs-2', 'updating')],
    });
    expect(routesInjected(some(host(), pending)).reason).toBe('RoutesPending');
    expect(routesInjected(some(host(), host())).reason).toBe('AllInjected');
  });

  it('is true while VirtualServices are looked for', () => {
    expect(guarded(some(host(), host({ isLooking: true }))).reason).toBe('Looking');
    expect(guarded([...some(host()), ...some(host({ isLooking: true }))]).reason).toBe('Looking');
  });
});
