import { describe, expect, it } from '@jest/globals';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { DestinationRule, VirtualService } from '../../../../../src/istio/types.ts';
import type { Deployment } from '../../../../../src/k8s/workload.ts';
import { hostStatus } from '../../../../../src/kinds/dynamicenv/status/host-status.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import type { PlanNote } from '../../../../../src/virtualservice/routes/plan-codec.ts';
import { carrying, planText } from '../../../../support/env-fixture.ts';
import {
  CONFIG,
  deepFreeze,
  deployment,
  dynamicEnv,
  injection,
  type Meta,
  NOW,
  objectMap,
  routeTo,
  rule,
  stamp,
  virtualService,
} from '../../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const own = (active: boolean, seconds = -60): RouteInjection =>
  injection({ active }, { creationTimestamp: stamp(seconds) });

interface Given {
  rules?: DestinationRule[];
  /** Those of the rules that exist in the cluster; default: all. */
  has?: DestinationRule[];
  harmful?: DestinationRule[];
  virtualServices?: VirtualService[];
  injection?: RouteInjection | undefined;
  wanted?: RouteInjection;
  departing?: string[];
  clones?: Deployment[];
}

function judge(given: Given) {
  const { rules = [rule('shop/own')], has = rules, virtualServices = [], departing = [] } = given;
  const seen = 'injection' in given ? given.injection : own(true);
  const host = {
    service: 'backend',
    namespace: 'shop',
    host: HOST,
    rules,
    harmful: given.harmful ?? [],
    injection: given.wanted ?? injection(),
  };
  return hostStatus(deepFreeze(host), {
    env: dynamicEnv(),
    view: meshView(deepFreeze(objectMap(virtualServices)), 'cluster.local'),
    observed: {
      deployments: given.clones ?? [],
      rules: has,
      injections: seen === undefined ? [] : [seen],
    },
    departing: new Set(departing),
    config: CONFIG,
    now: NOW,
  });
}

const base = virtualService('shop/backend');
const routed = carrying(base, [own(true)]);
const pending = carrying(base, [own(false)]);
/** The VirtualService after a write while the webhook was away: it has the plan but no routes. */
const unrendered = carrying(base, [own(true)], undefined, false);
const running = { name: 'own', namespace: 'shop', status: 'running' };
const vs = (status: string, message?: string) => ({
  name: 'backend',
  namespace: 'shop',
  status,
  ...(message === undefined ? {} : { message }),
});
const NO_ROUTE = `no VirtualService with a route to ${HOST} is marked for this env; if there is one, its marks may be refused: see --metacontroller-user`;

describe('a host', () => {
  it('is complete with a rule and routes', () => {
    expect(judge({ virtualServices: [routed] })).toEqual({
      rules: [running],
      virtualServices: [vs('running')],
      notes: [],
      isComplete: true,
      isUnrouted: false,
      isLooking: false,
      isShadowed: false,
      isHopeless: false,
      waits: [],
    });
  });

  it('without a base rule cannot be completed', () => {
    expect(judge({ rules: [], virtualServices: [pending], injection: own(false) })).toEqual({
      rules: [
        {
          name: 'backend',
          namespace: 'shop',
          status: 'ignored-missing-destination-rule',
          message: `no DestinationRule of ${HOST} has a subset with the base's version label`,
        },
      ],
      virtualServices: [
        {
          name: 'backend',
          namespace: 'shop',
          status: 'ignored-missing-destination-rule',
          message: `no DestinationRule of ${HOST} has a subset with the base's version label`,
        },
      ],
      notes: [],
      isComplete: false,
      isUnrouted: false,
      isLooking: false,
      isShadowed: false,
      isHopeless: true,
      waits: [],
    });
  });

  it('whose rule must not be cloned cannot be completed either', () => {
    const judged = judge({ rules: [], harmful: [rule('shop/own')], virtualServices: [routed] });
    expect(judged).toMatchObject({ isComplete: false, isHopeless: true });
    expect(judged.rules).toEqual([
      {
        name: 'backend',
        namespace: 'shop',
        status: 'ignored-missing-destination-rule',
        message: `the DestinationRule of ${HOST} cannot be cloned; see subsetErrors`,
      },
    ]);
  });

  const written = (seconds: number, spec: Partial<RouteInjection['spec']>) =>
    injection(spec, {
      creationTimestamp: stamp(-60),
      managedFields: [{ manager: 'metacontroller', time: stamp(seconds) }],
    });

  it.each<[string, RouteInjection | undefined, boolean, number[]]>([
    ['without an injection', undefined, false, []],
    ['with a fresh injection', own(false, 0), false, [11]],
    ['with an injection of ten seconds', own(false, -10), false, [1]],
    ['with an injection of eleven seconds', own(false, -11), true, [0]],
    // The VirtualService lost its label while the injection was departing.
    ['with a departing injection', written(-60, { active: false, leaving: true }), false, []],
    ['with an injection that is desired again', written(-1, { active: true }), false, [10]],
    [
      'with an injection that has been desired again for long',
      written(-11, { active: true }),
      true,
      [0],
    ],
    [
      'with an injection that is both active and leaving',
      written(-60, { active: true, leaving: true }),
      true,
      [0],
    ],
  ])(
    '%s and without a VirtualService cannot be completed: %s',
    (_what, seen, isHopeless, waits) => {
      expect(judge({ injection: seen })).toEqual({
        rules: [running],
        virtualServices: isHopeless ? [vs('ignored-missing-virtual-service', NO_ROUTE)] : [],
        notes: [],
        isComplete: false,
        isUnrouted: isHopeless,
        isLooking: !isHopeless,
        isShadowed: false,
        isHopeless,
        waits,
      });
    },
  );

  it('does not count VirtualServices of other hosts', () => {
    const other = carrying(virtualService('shop/other'), [own(true)]);
    expect(judge({ virtualServices: [other] })).toMatchObject({ isUnrouted: true });
  });

  it('is complete by one of several VirtualServices', () => {
    const ignored = virtualService(
      'shop/ignored',
      {},
      { labels: { 'riskified.com/ignore': 'true' } },
    );
    const other = carrying({ ...ignored, spec: base.spec }, [own(true)]);
    const { virtualServices, isComplete, isHopeless } = judge({ virtualServices: [routed, other] });
    expect([isComplete, isHopeless]).toEqual([true, false]);
    expect(virtualServices.map(({ status }) => status)).toEqual([
      'running',
      'ignored-missing-virtual-service',
    ]);
  });
});

describe('rules', () => {
  const going = rule('shop/own', {}, { deletionTimestamp: stamp(0) });

  it.each<[string, Given, string]>([
    ['not created yet', { has: [] }, 'initializing'],
    ['another', { has: [rule('shop/other')] }, 'initializing'],
    ['there', {}, 'running'],
    ['being deleted', { has: [going] }, 'removing'],
    ['being removed', { departing: ['DestinationRule shop/own'] }, 'removing'],
  ])('%s', (_what, given, status) => {
    const judged = judge({ ...given, virtualServices: [routed] });
    expect(judged.rules).toEqual([{ ...running, status }]);
    expect(judged.isComplete).toBe(status === 'running');
    expect(judged.isHopeless).toBe(false);
  });

  const clone = (seconds: number | undefined, ofBase = 'shop/backend') =>
    deployment(
      'shop/backend-alice',
      {},
      {
        annotations: { 'riskified.com/deployment': ofBase },
        ...(seconds === undefined ? {} : { creationTimestamp: stamp(seconds) }),
      },
    );
  const message =
    'DestinationRule shop/own of this env does not exist; if another one of that name exists, for example from an earlier env, delete it';

  it.each<[string, Deployment, object, number[]]>([
    ['for a moment', clone(-10), { status: 'initializing' }, [1]],
    ['since an unknown time', clone(undefined), { status: 'initializing' }, []],
    ['although another clone is', clone(-60, 'shop/x'), { status: 'initializing' }, []],
    ['too long', clone(-11), { status: 'missing', message }, []],
  ])('that do not exist %s', (_what, own, expected, until) => {
    const { rules, waits } = judge({ has: [], clones: [own], virtualServices: [routed] });
    expect(rules).toEqual([{ name: 'own', namespace: 'shop', ...expected }]);
    expect(waits).toStrictEqual(until);
  });

  it('are complete if one of several exists', () => {
    const rules = [rule('shop/own'), rule('shop/second')];
    const given = { rules, has: rules.slice(1), virtualServices: [routed], clones: [clone(-4)] };
    expect(judge(given)).toMatchObject({
      rules: [{ status: 'initializing' }, { status: 'running' }],
      isComplete: true,
      waits: [7],
    });
  });
});

describe('a VirtualService', () => {
  const asked = (attempt: number): VirtualService => ({
    ...unrendered,
    metadata: {
      ...unrendered.metadata,
      annotations: { 'riskified.com/route-injections': planText({ attempt }) },
    },
  });
  const labelled = (state: string, meta: Meta = {}) =>
    virtualService('shop/backend', {}, { labels: { 'env.riskified.com/alice': state }, ...meta });
  const about = { env: 'alice', deployment: { namespace: 'shop', name: 'backend' }, host: HOST };
  const noting = (...notes: PlanNote[]) =>
    labelled('pending', {
      annotations: { 'riskified.com/route-injections': planText({ notes }) },
    });
  const noted = (state: 'too-large' | 'skipped' | 'unguarded', message: string) =>
    noting({ ...about, state, message });
  const newMatches = injection({ matches: [{ headers: { user: { exact: 'al' } } }] });
  const half = virtualService('shop/backend', {
    http: [
      routeTo('backend', 'shared', { name: 'a', match: [{ headers: { user: { prefix: 'a' } } }] }),
      routeTo('backend', 'shared', { name: 'b' }),
    ],
  });
  const contrary = virtualService('shop/backend', {
    http: [routeTo('backend', 'shared', { match: [{ headers: { user: { prefix: 'a' } } }] })],
  });
  const ASKED =
    'check that the admission webhook is reachable, and that --metacontroller-user is the user that Metacontroller writes as';

  it.each<[string, VirtualService, Given, object]>([
    ['has its routes', routed, {}, vs('running')],
    ['waits for the clone', pending, { injection: own(false) }, vs('initializing')],
    ['waits for the injection', pending, { injection: undefined }, vs('initializing')],
    ['waits for the webhook', unrendered, {}, vs('initializing', 'waiting for the routes')],
    [
      'was written again to get its routes',
      asked(2),
      {},
      vs('initializing', `asked 2 times for the routes; ${ASKED}`),
    ],
    ['still has its routes', routed, { injection: own(false) }, vs('removing')],
    [
      'has routes of an earlier spec',
      routed,
      { wanted: newMatches },
      vs('updating', 'waiting for the routes'),
    ],
    [
      'may have no routes any more',
      { ...routed, metadata: { ...routed.metadata, labels: { 'riskified.com/ignore': 'true' } } },
      {},
      vs('removing'),
    ],
    [
      'has no room',
      labelled('too-large'),
      {},
      vs('ignored-missing-virtual-service', 'it can carry no routes for this env'),
    ],
    [
      'has no room, and has a note about it',
      noted('too-large', 'full'),
      {},
      vs('ignored-missing-virtual-service', 'full'),
    ],
    ['has room for this injection', noted('skipped', 'x'), {}, vs('initializing', 'x')],
    [
      'does not have room for all injections',
      noting(
        { ...about, state: 'skipped', message: 'x' },
        { ...about, state: 'too-large', message: 'full' },
      ),
      {},
      vs('ignored-missing-virtual-service', 'x; full'),
    ],
    [
      'does not have room for other envs',
      noting(
        { ...about, env: 'bob', state: 'too-large', message: 'full' },
        { ...about, host: 'alt.shop.svc.cluster.local', state: 'skipped', message: 'x' },
      ),
      {},
      vs('initializing', 'waiting for the routes'),
    ],
    ['has lost its plan', labelled('pending'), {}, vs('initializing', 'waiting for the routes')],
    [
      'is unguarded, which is reported elsewhere',
      noted('unguarded', 'x'),
      {},
      vs('initializing', 'waiting for the routes'),
    ],
    [
      'has no room, and is unguarded',
      {
        ...noted('unguarded', 'x'),
        metadata: {
          ...noted('unguarded', 'x').metadata,
          labels: { 'env.riskified.com/alice': 'too-large' },
        },
      },
      {},
      vs('ignored-missing-virtual-service', 'it can carry no routes for this env'),
    ],
  ])('%s', (_what, one, given, expected) => {
    expect(judge({ ...given, virtualServices: [one] }).virtualServices).toEqual([expected]);
  });

  it('whose routes are of an earlier spec is reachable meanwhile', () => {
    expect(judge({ virtualServices: [routed], wanted: newMatches })).toMatchObject({
      isComplete: true,
      isHopeless: false,
    });
  });

  it('that can have only some of the routes is waited for', () => {
    const { isHopeless, virtualServices } = judge({
      injection: own(false),
      virtualServices: [carrying(half, [own(false)])],
    });
    expect([isHopeless, virtualServices]).toMatchObject([false, [{ status: 'initializing' }]]);
    expect(virtualServices[0]?.message).toContain('route "a"');
    const after = judge({ virtualServices: [carrying(half, [own(true)])] });
    expect(after).toMatchObject({ isComplete: true, virtualServices: [{ status: 'running' }] });
    expect(after.virtualServices[0]?.message).toContain('route "a"');
  });

  it('that can have none of the routes is reported at once, with the reason', () => {
    const { isHopeless, virtualServices, notes } = judge({
      injection: own(false),
      virtualServices: [carrying(contrary, [own(false)])],
    });
    expect(isHopeless).toBe(true);
    expect(virtualServices).toEqual([
      vs('ignored-missing-virtual-service', notes.map(({ message }) => message).join('; ')),
    ]);
    expect(notes).toMatchObject([{ state: 'skipped', virtualService: 'shop/backend' }]);
  });
});

describe('another env', () => {
  const older = injection(
    {
      env: 'bob',
      envCreationTimestamp: stamp(-9999),
      subset: 'bob',
      clone: 'backend-bob',
      active: true,
    },
    { name: 'bob-backend' },
  );

  it('may take all requests', () => {
    const shared = carrying(base, [older, own(true)]);
    const judged = judge({ virtualServices: [shared] });
    expect(judged).toMatchObject({ isComplete: false, isShadowed: true, isHopeless: true });
    expect(judged.virtualServices).toMatchObject([{ status: 'running' }]);
    expect(judged.notes).toMatchObject([{ env: 'alice', state: 'shadowed' }]);
  });

  it('may take some requests', () => {
    const two = injection({
      active: true,
      matches: [
        { headers: { user: { exact: 'alice' } } },
        { headers: { who: { exact: 'alice' } } },
      ],
    });
    const shared = carrying(base, [older, two]);
    expect(judge({ virtualServices: [shared], wanted: two, injection: two })).toMatchObject({
      isComplete: true,
      isShadowed: false,
      isHopeless: false,
    });
  });

  it('matters only if its routes come first', () => {
    const shared = carrying(base, [older, own(true)]);
    const free = carrying({ ...base, metadata: { ...base.metadata, name: 'free' } }, [own(true)]);
    expect(judge({ virtualServices: [shared, free] })).toMatchObject({
      isComplete: true,
      isShadowed: false,
    });
  });
});

describe('a delegate', () => {
  const match = [{ headers: { user: { regex: '.*' } } }];
  const child = carrying(
    virtualService('shop/child', { hosts: [], http: [routeTo('backend', 'shared')] }),
    [own(true)],
  );
  const root = (name: string, count = 1) =>
    carrying(
      virtualService(`shop/${name}`, {
        hosts: ['backend'],
        http: [
          ...Array.from({ length: count }, (_, index) => ({
            name: `r${index}`,
            match,
            delegate: { name: 'child' },
          })),
          routeTo('backend', 'shared'),
        ],
      }),
      [own(true)],
    );

  it('whose copies Istio drops under a root that the env sees has a message about it', () => {
    const judged = judge({ virtualServices: [child, root('root')] });
    expect(judged.virtualServices).toEqual([
      {
        name: 'child',
        namespace: 'shop',
        status: 'running',
        message:
          'under VirtualService shop/root Istio drops the copy of a route without a name, so the env\'s requests go to the base: it contradicts headers.user of route "r0" there; take the condition on header user out of the root\'s route',
      },
      { name: 'root', namespace: 'shop', status: 'running' },
    ]);
  });

  it('reports at most three losses', () => {
    const [judged] = judge({ virtualServices: [child, root('root', 5)] }).virtualServices;
    expect(judged?.message?.match(/Istio drops/g)).toHaveLength(3);
  });

  it('has no message about roots that are not seen, and none for a consumer', () => {
    expect(judge({ virtualServices: [child] }).virtualServices[0]).not.toHaveProperty('message');
    const { subset: _none, ...spec } = own(true).spec;
    const consumer = { ...own(true), spec };
    const seen = judge({ virtualServices: [child, root('root')], wanted: consumer });
    expect(seen.virtualServices).toEqual(
      ['child', 'root'].map((name) => ({ name, namespace: 'shop', status: 'removing' })),
    );
  });
});
