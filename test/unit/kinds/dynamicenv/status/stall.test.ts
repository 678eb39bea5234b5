import { describe, expect, it } from '@jest/globals';
import type { DynamicEnv } from '../../../../../src/api/dynamicenv.ts';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { VirtualService } from '../../../../../src/istio/types.ts';
import { findStall } from '../../../../../src/kinds/dynamicenv/status/stall.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import { carrying, planText } from '../../../../support/env-fixture.ts';
import {
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  injection,
  NOW,
  objectMap,
  stamp,
  virtualService,
} from '../../../../support/objects.ts';

const written = (time: string | undefined) =>
  time === undefined ? {} : { managedFields: [{ manager: 'metacontroller', time }] };
const off = (seconds?: number | string, active = false): RouteInjection => {
  const since = typeof seconds === 'number' ? stamp(seconds) : seconds;
  return injection({ active }, written(since));
};
const routed = carrying(virtualService('shop/backend'), [injection({ active: true })]);
const askedOften = (attempt: number): VirtualService => ({
  ...routed,
  metadata: {
    ...routed.metadata,
    annotations: { 'riskified.com/route-injections': planText({ attempt }) },
  },
});

const LEAVING = dynamicEnv({}, { deletionTimestamp: stamp(-30) });
const context = (
  injections: RouteInjection[],
  virtualServices: VirtualService[],
  env: DynamicEnv = LEAVING,
) => ({
  env: deepFreeze(env),
  view: meshView(deepFreeze(objectMap(virtualServices)), 'cluster.local'),
  observed: deepFreeze({ deployments: [deployment('shop/x')], rules: [], injections }),
  config: CONFIG,
  now: NOW,
});

const NOTHING = { status: false, reason: 'Progressing', message: 'nothing blocks this env' };
const held = (name: string) =>
  `routes stay in VirtualService ${name}; check that it is writable, and that the admission webhook is reachable; annotation riskified.com/force-removal: "true" on this env skips the wait`;

describe('findStall', () => {
  it.each<[string, RouteInjection[], VirtualService[], object]>([
    ['nothing there', [], [], { finding: NOTHING }],
    ['routes are gone', [off(-500)], [virtualService('shop/backend')], { finding: NOTHING }],
    ['still active', [off(-500, true)], [routed], { finding: NOTHING }],
    [
      'deactivated at an unknown time: the time of the deletion counts',
      [off()],
      [routed],
      { finding: NOTHING, wait: 91 },
    ],
    [
      'deactivated at an unreadable time: the time of the deletion counts',
      [off('soon')],
      [routed],
      { finding: NOTHING, wait: 91 },
    ],
    ['deactivated a moment ago', [off(0)], [routed], { finding: NOTHING, wait: 121 }],
    ['deactivated two minutes ago', [off(-120)], [routed], { finding: NOTHING, wait: 1 }],
    [
      'deactivated more than two minutes ago',
      [off(-121)],
      [routed],
      {
        finding: {
          status: true,
          reason: 'RoutesRemain',
          message: held('shop/backend (asked 1 times)'),
          since: stamp(-1),
        },
      },
    ],
    [
      'requested often',
      [off(-300)],
      [askedOften(4)],
      {
        finding: {
          status: true,
          reason: 'RoutesRemain',
          message: held('shop/backend (asked 5 times)'),
          since: stamp(-180),
        },
      },
    ],
  ])('%s', (_what, injections, virtualServices, expected) => {
    expect(findStall(context(injections, virtualServices))).toEqual(expected);
  });

  it('ignores an unknown time while the env is not being deleted', () => {
    expect(findStall(context([off()], [routed], dynamicEnv()))).toEqual({ finding: NOTHING });
  });

  it('asks for a sync when the first of several is due', () => {
    const alt = injection(
      { host: 'alt.shop.svc.cluster.local' },
      { name: 'alt', ...written(stamp(-100)) },
    );
    const carried = carrying(virtualService('shop/alt'), [
      { ...alt, spec: { ...alt.spec, active: true } },
    ]);
    expect(findStall(context([off(-50), alt], [routed, carried]))).toEqual({
      finding: NOTHING,
      wait: 21,
    });
  });

  it('names all VirtualServices that delay the removal', () => {
    const second = { ...routed, metadata: { ...routed.metadata, name: 'second', annotations: {} } };
    expect(findStall(context([off(-300)], [routed, second])).finding.message).toBe(
      held('shop/backend (asked 1 times), shop/second (asked 1 times)'),
    );
  });

  it('names each VirtualService once, and asks for a sync for the others', () => {
    const second = injection(
      { host: 'alt.shop.svc.cluster.local' },
      { name: 'second', ...written(stamp(-200)) },
    );
    const late = injection(
      { host: 'late.shop.svc.cluster.local' },
      { name: 'late', ...written(stamp(-100)) },
    );
    const injections = [off(-150), second, late];
    const both = virtualService('shop/both', {
      http: ['backend', 'alt', 'late'].flatMap((host) => ({
        route: [{ destination: { host, subset: 'shared' } }],
      })),
    });
    const vs = carrying(
      both,
      injections.map((one) => ({ ...one, spec: { ...one.spec, active: true } })),
    );
    expect(findStall(context(injections, [vs]))).toEqual({
      finding: {
        status: true,
        reason: 'RoutesRemain',
        message: held('shop/both (asked 1 times)'),
        since: stamp(-80),
      },
      wait: 21,
    });
  });
});
