import { describe, expect, it } from '@jest/globals';
import { dynamicEnv, stamp, virtualService } from '../../support/objects.ts';
import {
  call,
  envInjection,
  HOST,
  hop,
  POD,
  rendered,
  routeTo,
  type Shop,
  shop,
  user,
} from './builders.ts';

const header = (name: string, value: string) => ({ headers: { [name]: { exact: value } } });
const SAME = [header('user', 'alice')];
const WIDE = [{ headers: { user: { prefix: 'al' } } }];

/** The reason why `env` did not get alice's request. */
const reasonOf = (env: string, parts: Shop, over = user('alice')) => {
  const found = hop(shop(parts), call('backend', over)).otherEnvs.filter((one) => one.env === env);
  expect(found).toHaveLength(1);
  return [found[0]?.reason, found[0]?.why];
};

describe('the first reason why an env did not get the request', () => {
  it('its match does not hold', () => {
    const parts = { injections: [envInjection('alice')], envs: ['alice'] };
    expect(reasonOf('alice', parts, {})).toEqual([
      'no-match',
      'header user: wanted exact "alice", got none',
    ]);
  });

  it('none of its matches holds, each with its first condition', () => {
    const matches = [header('user', 'bob'), { sourceLabels: { app: 'cron' }, ...header('b', 'c') }];
    const parts = { injections: [envInjection('bob', { matches })], envs: ['bob'] };
    const [found] = hop(shop(parts), call('backend', user('alice'))).otherEnvs;
    expect(found?.failed).toEqual([
      { matchIndex: 0, field: 'headers.user', wanted: 'exact "bob"', got: 'alice' },
      { matchIndex: 1, field: 'sourceLabels.app', wanted: 'exact "cron"', got: 'web' },
    ]);
    expect(found?.why).toBe(
      'header user: wanted exact "bob", got "alice"; caller\'s label app: wanted exact "cron", got "web"',
    );
  });

  it('it is a consumer', () => {
    const { subset: _, ...spec } = envInjection('alice').spec;
    const parts = { injections: [{ ...envInjection('alice'), spec }] };
    expect(reasonOf('alice', parts)[0]).toBe('consumer');
  });

  it.each<[string, object, string]>([
    ['no such env', { envs: [] }, 'its routes are not requested at present'],
    [
      'no status',
      { envs: ['alice'] },
      'its routes are not requested yet: DynamicEnv alice has no status yet',
    ],
    ['leaving', { more: [dynamicEnv({}, { deletionTimestamp: stamp(0) })] }, 'it is being deleted'],
    [
      'pods are not ready',
      {
        more: [
          {
            ...dynamicEnv(),
            status: {
              state: 'processing',
              totalCount: 1,
              totalReady: 0,
              subsetsStatus: {
                'shop/backend': {
                  deployment: { name: 'backend-alice', namespace: 'shop', status: 'initializing' },
                },
              },
            },
          },
        ],
      },
      'its Deployment shop/backend-alice is initializing',
    ],
  ])('it is not active: %s', (_name, parts, why) => {
    const injections = [envInjection('alice', { active: false })];
    expect(reasonOf('alice', { injections, ...parts })).toEqual(['not-active', why]);
  });

  it('no VirtualService applies', () => {
    const parts = { injections: [envInjection('alice')], virtualServices: [] };
    expect(reasonOf('alice', parts)[0]).toBe('no-virtual-service');
  });

  it('the VirtualService has the ignore mark', () => {
    const injections = [envInjection('alice')];
    const marked = { annotations: { 'riskified.com/ignore': 'true' } };
    const parts = {
      virtualServices: [rendered(virtualService('shop/backend', {}, marked), injections)],
    };
    expect(reasonOf('alice', { injections, ...parts })).toEqual([
      'not-planned',
      'VirtualService shop/backend is marked riskified.com/ignore: "true"',
    ]);
  });

  it('the plan has the reason why there are no routes', () => {
    const parts = { injections: [envInjection('alice')], http: [routeTo('backend', 'other')] };
    expect(reasonOf('alice', parts)).toEqual([
      'not-planned',
      `VirtualService shop/backend: no route sends to ${HOST} with subset shared`,
    ]);
  });

  it('another VirtualService applies, without a plan for this env', () => {
    const injections = [envInjection('alice')];
    const older = virtualService('shop/a', {
      hosts: ['backend'],
      http: [routeTo('backend', 'shared')],
    });
    const newer = rendered(virtualService('shop/b', { hosts: ['backend'] }), injections);
    expect(reasonOf('alice', { injections, virtualServices: [older, newer] })).toEqual([
      'not-planned',
      'VirtualService shop/a has no plan for it',
    ]);
  });

  it('planned, but the webhook was away', () => {
    const injections = [envInjection('alice')];
    const done = rendered(virtualService('shop/backend'), injections);
    const bare = { ...done, spec: virtualService('shop/backend').spec };
    expect(reasonOf('alice', { injections, virtualServices: [bare] })).toEqual([
      'not-rendered',
      'planned in VirtualService shop/backend, which does not have the routes yet',
    ]);
  });

  it('the route that took the request has no copy', () => {
    const moved = { name: 'moved', match: [{ uri: { exact: '/' } }], redirect: { uri: '/x' } };
    const parts = {
      injections: [envInjection('alice')],
      http: [moved, routeTo('backend', 'shared')],
    };
    expect(reasonOf('alice', parts)).toEqual([
      'no-copy',
      'route "moved" has no copy: it redirects',
    ]);
  });

  it('the copy before that route does not have the match entry that matched', () => {
    const match = [{ headers: { user: { regex: 'a.*' } } }, { uri: { exact: '/never' } }];
    const http = [{ ...routeTo('backend', 'shared'), name: 'mixed', match }];
    const [reason, why] = reasonOf('alice', { injections: [envInjection('alice')], http });
    expect([reason, why]).toEqual([
      'no-copy',
      'its route has further conditions: path: wanted exact "/never", got "/"',
    ]);
  });

  it('an older env takes the same requests', () => {
    const injections = [
      envInjection('alice'),
      envInjection('bob', { matches: SAME, envCreationTimestamp: stamp(0) }),
    ];
    expect(reasonOf('bob', { injections })).toEqual([
      'shadowed',
      `env alice comes first: it is older (${stamp(-3600)}, bob ${stamp(0)}), and the matches are equally specific; it takes all such requests`,
    ]);
  });

  it('a narrower match comes first, for this request', () => {
    const injections = [
      envInjection('alice'),
      envInjection('bob', { matches: WIDE, envCreationTimestamp: stamp(-7200) }),
    ];
    expect(reasonOf('bob', { injections })).toEqual([
      'later',
      'env alice comes first: its match has more exact conditions (1, that of bob 0)',
    ]);
    const found = hop(shop({ injections }), call('backend', user('alice')));
    expect(found.env).toMatchObject({ name: 'alice', matchIndex: 0, deployment: 'shop/backend' });
    expect(found.env?.before.map(({ env }) => env)).toEqual(['bob']);
  });

  it('no RouteInjection: the env is not processed, or it is refused', () => {
    expect(reasonOf('alice', { envs: ['alice'] })).toEqual([
      'no-injection',
      'it has no routes for this host: DynamicEnv alice has no status yet',
    ]);
  });

  it('envs of other Services are not listed', () => {
    const web = {
      host: 'web.shop.svc.cluster.local',
      deployment: { namespace: 'shop', name: 'web' },
    };
    const parts = { injections: [envInjection('bob', web)], envs: [] };
    expect(hop(shop(parts), call('backend', user('alice'))).otherEnvs).toEqual([]);
  });

  it('source labels at a gateway, where the caller is unknown', () => {
    const matches = [{ sourceLabels: { app: 'web' } }];
    const injections = [envInjection('alice', { matches })];
    const vs = virtualService('shop/backend', { hosts: ['x.com'], gateways: ['gw'] });
    const objects = shop({ injections, virtualServices: [rendered(vs, injections)] });
    const caller = { ...POD, kind: 'gateway' as const, gateway: 'shop/gw', labels: {} };
    expect(hop(objects, call('x.com'), caller).otherEnvs).toMatchObject([
      { reason: 'no-match', why: expect.stringMatching(/^caller's label app: .* got none$/) },
    ]);
  });
});

describe('without the right to list RouteInjections', () => {
  it('the plan names the env of a route', () => {
    const injections = [envInjection('alice')];
    const objects = shop({ injections, envs: ['alice'] }).filter(
      ({ kind }) => kind !== 'RouteInjection',
    );
    expect(hop(objects, call('backend', user('alice'))).env).toMatchObject({
      name: 'alice',
      clone: 'shop/backend-alice',
    });
  });

  it.each([
    ['the clone that it names', ['alice'], 'alice'],
    ['only the name of the route', [], 'dynamic-environment-alice-backend-f88556ef6f'],
  ])('and without a plan %s', (_what, envs, name) => {
    const done = rendered(virtualService('shop/backend'), [envInjection('alice')]);
    const bare = { ...done, metadata: { name: 'backend', namespace: 'shop' } };
    const objects = shop({ envs, virtualServices: [bare] });
    expect(hop(objects, call('backend', user('alice'))).env).toEqual({ name, before: [] });
  });
});
