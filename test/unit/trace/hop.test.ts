import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { HopOutcome } from '../../../src/trace/types.ts';
import {
  deployment,
  rule,
  running,
  service,
  subset,
  virtualService,
} from '../../support/objects.ts';
import {
  call,
  clone,
  envInjection,
  HOST,
  hop,
  POD,
  rendered,
  routeTo,
  shop,
  traced,
  user,
} from './builders.ts';

const spec = (object: KubeObject, more: object): KubeObject =>
  ({ ...object, spec: { ...(object as { spec?: object }).spec, ...more } }) as KubeObject;
const without = (objects: KubeObject[], kind: string, name: string) =>
  objects.filter((one) => one.kind !== kind || one.metadata.name !== name);

describe('where a request ends', () => {
  it.each<[string, HTTPRoute[], HopOutcome, number | undefined, string]>([
    ['pods', [routeTo('backend', 'shared')], 'pods', undefined, 'to Deployment shop/backend'],
    [
      'a redirect',
      [{ redirect: { uri: '/', redirectCode: 308 } }],
      'redirect',
      308,
      'the caller is redirected',
    ],
    ['its code', [{ redirect: { uri: '/' } }], 'redirect', 301, 'the caller is redirected'],
    [
      'a direct response',
      [{ directResponse: { status: 418 } }],
      'direct-response',
      418,
      'the proxy answers itself',
    ],
    [
      'no route',
      [{ ...routeTo('backend', 'shared'), match: [{ uri: { exact: '/x' } }] }],
      'no-route',
      404,
      '404: no route matches',
    ],
    [
      'no subset',
      [routeTo('backend', 'nope')],
      'unavailable',
      503,
      '503: no DestinationRule that the caller uses has subset nope: it sees only shared (shop/backend)',
    ],
    [
      'no Service',
      [routeTo('nowhere')],
      'unavailable',
      503,
      '503: there is no Service nowhere.shop.svc.cluster.local',
    ],
    [
      'no destination',
      [{ route: [] }],
      'no-destination',
      undefined,
      'its route has no destination, which Istio refuses',
    ],
  ])('%s', (_name, http, outcome, status, summary) => {
    expect(hop(shop({ http }))).toMatchObject({ outcome, summary, ...(status ? { status } : {}) });
    expect(hop(shop({ http })).status).toBe(status);
  });

  it('shares, and the share that no pod answers', () => {
    const http: HTTPRoute[] = [
      {
        route: [
          { destination: { host: 'backend', subset: 'shared' }, weight: 75 },
          { destination: { host: 'backend', subset: 'nope' }, weight: 25 },
        ],
      },
    ];
    const found = hop(shop({ http }));
    expect([found.outcome, found.status]).toEqual(['unavailable', undefined]);
    expect(found.destinations.map(({ share }) => share)).toEqual([0.75, 0.25]);
    expect(found.summary).toMatch(
      /^75 % to Deployment shop\/backend; 25 % 503: no DestinationRule/,
    );
  });

  it('pods that are not ready, or whose readiness is unknown', () => {
    const down = shop({ more: [] }).map((one) =>
      one.kind === 'Deployment' && one.metadata.name === 'backend'
        ? running(deployment('shop/backend'), { availableReplicas: 0 })
        : one,
    );
    expect(hop(down)).toMatchObject({
      outcome: 'no-ready-pods',
      destinations: [{ state: 'not-ready', workloads: [{ replicas: 3, ready: 0 }] }],
    });
    expect(hop(without(shop({}), 'Deployment', 'backend'))).toMatchObject({
      outcome: 'no-ready-pods',
      destinations: [{ state: 'unknown', why: 'no workload among the objects has such pods' }],
    });
    const uncounted = [...without(shop({}), 'Deployment', 'backend'), deployment('shop/backend')];
    expect(hop(uncounted).destinations[0]?.state).toBe('unknown');
  });

  it('a Service that selects no pods itself', () => {
    const objects = without(shop({ http: [routeTo('backend')] }), 'Service', 'backend');
    const alias = spec(service('shop/backend'), { type: 'ExternalName' });
    expect(hop([...objects, alias]).destinations).toMatchObject([
      { state: 'unknown', why: 'the Service selects no pods itself', workloads: [] },
    ]);
  });

  it('an unknown host: passes through in the mesh, 404 at a gateway', () => {
    const found = hop(shop({}), call('backend'), { ...POD, namespace: 'far' });
    expect(found).toMatchObject({ outcome: 'unknown-host', request: { host: 'backend' } });
    expect(found.summary).toMatch(/Services of this name are in: shop$/);
    expect(found.status).toBeUndefined();
    const gateway = { ...POD, kind: 'gateway' as const, gateway: 'shop/gw' };
    expect(hop(shop({}), call('backend'), gateway)).toMatchObject({
      outcome: 'unknown-host',
      status: 404,
      summary: '404: no VirtualService of gateway shop/gw has routes for backend',
    });
  });

  it('ports: of the Service, of a destination, and declared protocols', () => {
    const ports = (...list: object[]) => [
      ...without(shop({}), 'Service', 'backend'),
      spec(service('shop/backend'), { ports: list }),
    ];
    const at = (port: number) => call(`backend:${port}`, { port });
    expect(hop(ports({ port: 80 }), at(81)).summary).toBe(`Service ${HOST} has no port 81, but 80`);
    expect(hop(ports({ port: 80 }, { port: 81 }), at(81)).outcome).toBe('pods');
    expect(hop(ports({ port: 80, name: 'tcp-db' })).notes).toEqual([
      'port 80 of the Service is declared as tcp: http routes do not apply there',
    ]);
    const named = { port: 80, name: 'tcp', appProtocol: 'http' };
    expect(hop(ports(named)).notes).toEqual([]);
  });
});

describe('what else the answer has', () => {
  it('candidates, and what decides between them', () => {
    const vs = virtualService(
      'shop/backend',
      { exportTo: ['.'] },
      { creationTimestamp: '2026-01-01T00:00:00Z' },
    );
    expect(hop(shop({ virtualServices: [vs] })).candidates).toEqual([
      {
        virtualService: 'shop/backend',
        hosts: [HOST],
        gateways: ['mesh'],
        exportTo: ['.'],
        created: '2026-01-01T00:00:00Z',
        decides: true,
        reason: 'only',
        why: 'the only one that counts for this host',
      },
    ]);
  });

  it('the route, the rows before it, the DestinationRule, the owner of the pods', () => {
    const injections = [envInjection('alice')];
    const found = hop(shop({ injections, envs: ['alice'] }), call('backend', user('alice')));
    expect(found).toMatchObject({
      virtualService: 'shop/backend',
      route: { index: 0, matchIndex: 0, env: 'alice', kind: 'plain' },
      destinations: [
        {
          subset: 'alice',
          share: 1,
          selector: { app: 'backend', version: 'alice' },
          destinationRule: 'shop/backend-alice',
          state: 'ready',
          workloads: [{ kind: 'Deployment', name: 'shop/backend-alice', env: 'alice' }],
        },
      ],
      env: { name: 'alice', clone: 'shop/backend-alice', host: HOST },
    });
    const others = hop(shop({ injections, envs: ['alice'] }));
    expect(others.tried).toMatchObject([
      { index: 0, env: 'alice', why: 'header user: wanted exact "alice", got none' },
    ]);
    expect(others.env).toBeUndefined();
  });

  it('a delegate: its own position, and its root', () => {
    const root = virtualService('shop/backend', {
      http: [{ name: 'r', delegate: { name: 'leaf' } }],
    });
    const leaf = rendered(
      virtualService('shop/leaf', { hosts: [], http: [routeTo('backend', 'shared')] }),
      [envInjection('alice')],
    );
    const injections = [envInjection('alice')];
    const objects = shop({ injections, envs: ['alice'], virtualServices: [root, leaf] });
    expect(hop(objects, call('backend', user('alice')))).toMatchObject({
      virtualService: 'shop/leaf',
      route: {
        virtualService: 'shop/leaf',
        index: 0,
        delegatedBy: { virtualService: 'shop/backend', index: 0 },
      },
      env: { name: 'alice' },
    });
    expect(hop(objects).withoutEnvs).toMatchObject({ same: true, route: { index: 1 } });
  });

  it('a delegate whose copies Istio drops', () => {
    const match = [{ headers: { user: { prefix: 'al' } } }];
    const root = virtualService('shop/backend', {
      http: [{ match: [{ headers: { user: { exact: 'alice' } } }], delegate: { name: 'leaf' } }],
    });
    const injections = [envInjection('alice', { matches: match })];
    const leaf = rendered(
      virtualService('shop/leaf', { hosts: [], http: [routeTo('backend', 'shared')] }),
      injections,
    );
    const objects = shop({ injections, virtualServices: [root, leaf] });
    const [other] = hop(objects, call('backend', user('alice'))).otherEnvs;
    expect([other?.reason, other?.why]).toEqual([
      'no-copy',
      'Istio drops its copies in the delegate shop/leaf: their matches contradict those of the route of shop/backend that delegates',
    ]);
  });

  it("without envs: by the route's position among the user's routes", () => {
    const injections = [envInjection('alice')];
    const found = hop(shop({ injections, envs: ['alice'] }), call('backend', user('alice')));
    expect(found.withoutEnvs).toMatchObject({
      same: false,
      outcome: 'pods',
      virtualService: 'shop/backend',
      route: { index: 1 },
      destinations: [{ subset: 'shared', workloads: [{ name: 'shop/backend' }] }],
    });
    expect(hop(shop({})).withoutEnvs).toBeUndefined();
  });

  it('unguarded: clones are reached as well as other pods', () => {
    const http = [routeTo('backend')];
    const found = hop(shop({ http, envs: ['alice'] }));
    expect(found.destinations[0]?.unguarded).toEqual(['alice']);
    expect(found.destinations[0]?.workloads.map(({ name }) => name)).toEqual([
      'shop/backend',
      'shop/backend-alice',
    ]);
    expect(found.withoutEnvs?.same).toBe(false);
    expect(found.notes[0]).toMatch(/^unguarded: .* reach pods of alice/);
  });

  it.each<[HTTPRoute, RegExp]>([
    [{ fault: { abort: { httpStatus: 500 } } }, /has a fault/],
    [{ mirror: { host: 'x' } }, /has a mirror/],
    [{ mirrors: [{ destination: { host: 'x' } }] }, /has a mirror/],
    [{ rewrite: { uri: '/' } }, /rewrites path or authority/],
    [{ headers: { request: { set: { a: '1' }, remove: ['b'] } } }, /request headers: a, b$/],
  ])('other effects of the route: %j', (more, note) => {
    const { notes } = hop(shop({ http: [{ ...routeTo('backend', 'shared'), ...more }] }));
    expect(notes).toEqual([expect.stringMatching(note)]);
    expect(hop(shop({})).notes).toEqual([]);
  });
});

it('other kinds of workloads are found, too', () => {
  const labels = { app: 'backend', version: 'shared' };
  const more = [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 's', namespace: 'shop' },
      spec: { template: { metadata: { labels } } },
      status: { readyReplicas: 1 },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'd', namespace: 'shop' },
      spec: { template: { metadata: { labels } } },
      status: { numberReady: 2, desiredNumberScheduled: 3 },
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'r', namespace: 'shop' },
      spec: {},
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 's', namespace: 'far' },
      spec: { template: { metadata: { labels } } },
    },
  ];
  expect(hop(shop({ more })).destinations[0]?.workloads.slice(1)).toEqual([
    { kind: 'StatefulSet', name: 'shop/s', replicas: 1, ready: 1 },
    { kind: 'DaemonSet', name: 'shop/d', replicas: 3, ready: 2 },
  ]);
});

it('a clone without a count of ready pods: no ready pods, exit code 1', () => {
  const injections = [envInjection('alice')];
  const objects = [...shop({ injections }), ...clone('alice', 0)];
  const found = traced(objects, [call('backend', user('alice'))]);
  expect([found.reached, found.hops[0]?.outcome]).toEqual([false, 'no-ready-pods']);
});

it('a rule in another namespace hides the subset from callers there', () => {
  const hiding = rule('far/backend', { host: HOST, subsets: [subset('x')] });
  const found = hop(shop({ more: [hiding] }), call('backend.shop'), { ...POD, namespace: 'far' });
  expect(found.summary).toBe(
    '503: no DestinationRule that the caller uses has subset shared: it sees only x (far/backend)',
  );
});
