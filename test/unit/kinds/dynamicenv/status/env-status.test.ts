import { expect, it } from '@jest/globals';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import { no } from '../../../../../src/k8s/condition.ts';
import type { Problem } from '../../../../../src/kinds/dynamicenv/plan/host-plan.ts';
import { envStatus } from '../../../../../src/kinds/dynamicenv/status/env-status.ts';
import type { WorkloadReport } from '../../../../../src/kinds/dynamicenv/status/workload-report.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import {
  CONFIG,
  deepFreeze,
  dynamicEnv,
  injection,
  NOW,
  stamp,
  workload,
} from '../../../../support/objects.ts';

/** A workload that runs and has its routes. */
function report(path: string, injections: RouteInjection[], problems: Problem[] = []) {
  const [namespace = '', name = ''] = path.split('/');
  const judged: WorkloadReport = {
    plan: {
      kind: 'subset',
      workload: workload(path),
      key: path,
      cloneName: `${name}-alice`,
      recreate: false,
      hosts: injections.map((one) => ({
        service: name,
        namespace,
        host: one.spec.host,
        rules: [],
        harmful: [],
        injection: one,
      })),
      problems,
    },
    status: { deployment: { name: `${name}-alice`, namespace, status: 'running' } },
    hosts: [],
    problems,
    isRunning: true,
    isRouted: true,
  };
  return judged;
}

/** The status of an env whose condition RoutesInjected has been true for a minute. */
function judge(reports: WorkloadReport[], injections: RouteInjection[] = []) {
  const routed = {
    type: 'RoutesInjected' as const,
    status: 'True' as const,
    reason: 'AllInjected',
    message: '',
    lastTransitionTime: stamp(-60),
  };
  const env = { ...dynamicEnv(), status: { state: 'ready' as const, conditions: [routed] } };
  const { status, waits } = envStatus(deepFreeze(reports), no('Progressing', ''), {
    env: deepFreeze({ ...env, status: { ...env.status, totalCount: 1, totalReady: 1 } }),
    view: meshView({}, 'cluster.local'),
    observed: deepFreeze({ deployments: [], rules: [], injections }),
    departing: new Set<string>(),
    config: CONFIG,
    now: NOW,
  });
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return { status, ready, wait: waits.find((seconds) => seconds > 0) };
}

const asked = (name: string, seconds: number, active = true): RouteInjection =>
  injection(
    { active, host: `${name}.shop.svc.cluster.local` },
    { name, managedFields: [{ manager: 'metacontroller', time: stamp(seconds) }] },
  );

it.each<[string, RouteInjection[], RouteInjection[], number | undefined]>([
  [
    'nothing, if the routes were activated long ago',
    [asked('a', -60)],
    [asked('a', -60)],
    undefined,
  ],
  ['nothing, if the settle time has just ended', [asked('a', -4)], [asked('a', -4)], undefined],
  ['routes that were activated recently', [asked('a', -1)], [asked('a', -1)], 3],
  [
    'the latest of several routes',
    [asked('a', -60), asked('b', -1)],
    [asked('a', -60), asked('b', -1)],
    3,
  ],
  [
    'nothing for routes that are not active yet',
    [asked('a', -60), asked('b', -1)],
    [asked('a', -60), asked('b', -1, false)],
    undefined,
  ],
  [
    'nothing for routes that are no longer desired',
    [asked('a', -60)],
    [asked('a', -60), asked('gone', -1)],
    undefined,
  ],
])('to be ready waits for %s', (_what, wanted, observed, expected) => {
  const { ready, wait } = judge([report('shop/backend', wanted)], observed);
  expect([ready?.reason, wait]).toEqual([expected === undefined ? 'Ready' : 'Settling', expected]);
});

it('counts no workload with a problem as ready, and lists all problems', () => {
  const missing = { section: 'deployment' as const, message: 'not found' };
  const hidden = { section: 'destinationRule' as const, message: 'would hide' };
  const reports = [
    report('shop/backend', [], [missing, hidden]),
    report('shop/job', [], [missing]),
    report('shop/web', []),
  ];
  const { status, ready } = judge(reports);
  expect(status).toMatchObject({ state: 'degraded', totalCount: 3, totalReady: 1 });
  expect(ready).toMatchObject({
    reason: 'Degraded',
    message: 'shop/backend: not found; shop/backend: would hide; shop/job: not found',
  });
});
