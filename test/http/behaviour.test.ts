import { describe, expect, test } from '@jest/globals';
import type { DynamicEnv, DynamicEnvStatus } from '../../src/api/dynamicenv.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import type { ObjectMap } from '../../src/hooks/types.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import type { Deployment } from '../../src/k8s/workload.ts';
import { applyJsonPatch, type Operation } from '../../src/simulator/api-server/json-patch.ts';
import type { LocalObject } from '../../src/simulator/object.ts';
import { keptIndex } from '../support/mesh-index.ts';
import { objectMap } from '../support/objects.ts';
import { childrenMap } from '../support/sent.ts';
import { type TestApp, testApp } from './lib/app.ts';
import {
  admissionBody,
  BASE,
  compositeBody,
  customizeBody,
  decoratorBody,
  env,
  RULE,
  SERVICE,
  virtualService,
} from './lib/bodies.ts';

const OWNER = 'system:serviceaccount:metacontroller:metacontroller';
const PLAN = 'riskified.com/route-injections';
const LABEL = 'env.riskified.com/alice';
/** The time of the service's clock. */
const NOW = '2026-01-01T00:00:00Z';

/** Specs that the CRD would refuse. */
const STRANGE: unknown[] = [
  undefined,
  null,
  3,
  'text',
  [],
  {},
  { istioMatches: null, subsets: null },
  { istioMatches: 'x', subsets: {} },
  { istioMatches: [null], subsets: [null] },
  { istioMatches: [{ headers: { user: 'alice' } }], subsets: [{ name: 3 }] },
  { istioMatches: [{ headers: { user: { regex: '(' } } }], consumers: [{ name: 'a' }] },
  { istioMatches: [], subsets: [{ name: 'a', namespace: 'b', containers: 3 }] },
];

const named = STRANGE.map((spec) => [JSON.stringify(spec) ?? 'undefined', spec] as const);

describe('a DynamicEnv that the CRD should have refused', () => {
  const child = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'backend-alice', namespace: 'shop', uid: 'u2', resourceVersion: '7' },
    spec: { replicas: 3 },
  };
  const children = { 'Deployment.apps/v1': { 'shop/backend-alice': child } };

  test.each(named)('%s: customize answers', async (_, spec) => {
    const { post } = await testApp();
    const parent = { ...env(), spec };
    const { statusCode, json } = await post('/dynamicenv/customize', customizeBody(parent));
    expect([statusCode, json['relatedResources']]).toEqual([200, expect.any(Array)]);
    // Each rule must name objects: an empty rule would select all objects.
    for (const rule of json['relatedResources'] as object[]) {
      expect(Object.keys(rule)).not.toEqual(['apiVersion', 'resource']);
    }
  });

  test.each(named)(
    '%s: children are kept, and the status names the field and the error',
    async (_, spec) => {
      const { post, metric } = await testApp();
      const parent = { ...env(), spec };
      const { statusCode, json } = await post(
        '/dynamicenv/sync',
        compositeBody({ parent, children }),
      );
      expect(statusCode).toBe(200);
      const [kept] = json['children'] as KubeObject[];
      expect(json['children']).toHaveLength(1);
      expect(kept).toMatchObject({ kind: 'Deployment', spec: { replicas: 3 } });
      const { state, conditions } = json['status'] as DynamicEnvStatus;
      const stalled = conditions?.find(({ type }) => type === 'Stalled');
      expect([state, stalled?.status, stalled?.reason]).toEqual([
        'degraded',
        'True',
        'InvalidSpec',
      ]);
      expect(stalled?.message).toMatch(/^spec(\.|\[|:)/);
      const reasons = ['Required', 'Invalid', 'Forbidden', 'Duplicate'];
      const counts = await Promise.all(
        reasons.map((reason) => metric(`dynamicenv_refusals_total{reason="${reason}"}`)),
      );
      expect(Math.max(...counts)).toBeGreaterThan(0);
    },
  );

  test.each(named)('%s: finalize completes the removal', async (_, spec) => {
    const { post } = await testApp();
    const parent = { ...env(), spec } as unknown as DynamicEnv;
    const body = compositeBody({ parent, finalizing: true });
    const { statusCode, json } = await post('/dynamicenv/finalize', body);
    expect([statusCode, json['finalized'], json['children']]).toEqual([200, true, []]);
  });

  test.each([undefined, null, 'text', []])(
    'spec %j: finalize begins the removal in a namespace that is indexed',
    async (spec) => {
      const { post } = await testApp();
      const parent = { ...env(), spec } as unknown as DynamicEnv;
      const own = { ...RULE.metadata, name: 'own', labels: { 'dynamic-env': 'true' } };
      const rules = { 'shop/own': { ...RULE, metadata: own } };
      const body = compositeBody({ parent, finalizing: true });
      const [namespace, index] = keptIndex('shop', [SERVICE, RULE]);
      body.related = {
        ...body.related,
        ...objectMap([namespace, index].filter((object) => object !== undefined)),
      };
      body.children = { ...body.children, 'DestinationRule.networking.istio.io/v1': rules };
      const { statusCode, json } = await post('/dynamicenv/finalize', body);
      expect([statusCode, json['finalized']]).toEqual([200, false]);
    },
  );
});

/** The env's RouteInjection for every VirtualService that routes to backend. */
function injection(active: boolean): RouteInjection {
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'RouteInjection',
    metadata: { name: 'alice-backend' },
    spec: {
      env: 'alice',
      envCreationTimestamp: '2025-12-31T23:00:00Z',
      deployment: { namespace: 'shop', name: 'backend' },
      clone: 'backend-alice',
      host: 'backend.shop.svc.cluster.local',
      from: ['shared'],
      subset: 'alice',
      matches: [{ headers: { user: { exact: 'alice' } } }],
      active,
    },
  };
}

function related(active: boolean) {
  return { 'RouteInjection.riskified.com/v1alpha1': { 'alice-backend': injection(active) } };
}

/** The VirtualService with the marks that the service answers if the injection is active. */
async function planned({ post }: TestApp): Promise<VirtualService> {
  const body = decoratorBody({ related: related(true) });
  const { json } = await post('/route-injection/sync', body);
  const { labels, annotations } = json as Record<string, Record<string, string>>;
  const plain = virtualService();
  return { ...plain, metadata: { ...plain.metadata, labels, annotations } as never };
}

async function admitted(
  { post }: TestApp,
  request: Parameters<typeof admissionBody>[0],
): Promise<VirtualService> {
  const { statusCode, json } = await post('/admission/virtualservices', admissionBody(request));
  const response = json['response'] as Record<string, string>;
  expect([statusCode, response['allowed'], response['uid']]).toEqual([200, true, 'r1']);
  const text = Buffer.from(response['patch'] ?? 'W10=', 'base64').toString();
  const object = request?.object as unknown as LocalObject;
  return applyJsonPatch(object, JSON.parse(text) as Operation[]) as unknown as VirtualService;
}

function routeNames({ spec }: VirtualService): string[] {
  return (spec.http ?? []).map(({ name }) => name?.replace(/-[0-9a-f]{10}$/, '-#') ?? '');
}

/** The answered children, as Metacontroller sends them back after it has applied them. */
function childrenOf(json: Record<string, unknown>): Record<string, Record<string, KubeObject>> {
  const map: Record<string, Record<string, KubeObject>> = {};
  for (const child of json['children'] as KubeObject[]) {
    const { namespace, name } = child.metadata;
    const group = `${child.kind}.${child.apiVersion}`;
    map[group] = {
      ...map[group],
      [namespace === undefined ? name : `${namespace}/${name}`]: {
        ...child,
        metadata: { ...child.metadata, creationTimestamp: NOW },
      },
    };
  }
  return map;
}

const OURS = 'dynamic-environment-alice-backend-#';

describe('the service logs one line for each change, and nothing without a change', () => {
  test('an env: created, then unchanged in two more calls', async () => {
    const { post, lines } = await testApp();
    const first = await post('/dynamicenv/sync', compositeBody());
    const [{ created, ...line } = {}] = lines as Record<string, unknown>[];
    expect(line).toMatchObject({ level: 30, env: 'alice', state: 'processing' });
    expect(line).not.toHaveProperty('updated');
    expect(created).toContain('Deployment shop/backend-alice');
    const parent = { ...env(), status: first.json['status'] };
    const children = childrenOf(first.json);
    await post('/dynamicenv/sync', compositeBody({ parent, children }));
    await post('/dynamicenv/customize', customizeBody());
    expect(lines).toHaveLength(1);
  });

  test('an env: a child that somebody deleted is created again, and the line says so although the state is the same', async () => {
    const { post, lines } = await testApp();
    const first = await post('/dynamicenv/sync', compositeBody());
    const parent = { ...env(), status: first.json['status'] };
    const children = { ...childrenOf(first.json), 'Deployment.apps/v1': {} };
    await post('/dynamicenv/sync', compositeBody({ parent, children }));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ created: ['Deployment shop/backend-alice'] });
    expect(lines[1]).not.toHaveProperty('deleted');
  });

  test('an env: a refused spec is logged once', async () => {
    const { post, lines } = await testApp();
    const parent = { ...env(), spec: {} };
    const { json } = await post('/dynamicenv/sync', compositeBody({ parent }));
    const told = { ...parent, status: json['status'] };
    await post('/dynamicenv/sync', compositeBody({ parent: told }));
    expect(lines).toMatchObject([{ state: 'degraded', reason: 'InvalidSpec' }]);
    expect(lines).toHaveLength(1);
  });

  test('an env: removed', async () => {
    const { post, lines } = await testApp();
    await post('/dynamicenv/finalize', compositeBody({ finalizing: true }));
    expect(lines).toMatchObject([{ env: 'alice', finalized: true }]);
  });

  test('a VirtualService: planned, then patched, then unchanged', async () => {
    const it = await testApp();
    const object = await planned(it);
    expect(it.lines).toMatchObject([
      {
        level: 30,
        virtualService: 'shop/backend',
        envs: { alice: 'injected' },
        msg: 'plan changed',
      },
    ]);
    const amended = await admitted(it, { object, userInfo: { username: OWNER } });
    expect(routeNames(amended)).toEqual([OURS, 'stable']);
    expect(it.lines.slice(1)).toMatchObject([
      { level: 30, virtualService: 'shop/backend', user: OWNER, routes: 1 },
    ]);
    const body = decoratorBody({ object: amended, related: related(true) });
    await it.post('/route-injection/sync', body);
    await admitted(it, { object: amended, oldObject: amended });
    expect(it.lines).toHaveLength(2);
  });

  test('a VirtualService without envs', async () => {
    const { post, lines } = await testApp();
    await post('/route-injection/sync', decoratorBody());
    await post('/admission/virtualservices', admissionBody());
    expect(lines).toEqual([]);
  });
});

describe('a RouteInjection that cannot be read', () => {
  const bad = { ...injection(true), metadata: { name: 'bad' }, spec: { from: 'shared' } };
  const injections = { 'RouteInjection.riskified.com/v1alpha1': { bad } };

  test('the marks of a VirtualService stay as they are', async () => {
    const app = await testApp();
    const object = await planned(app);
    for (const related of [injections, {}]) {
      const { json } = await app.post('/route-injection/sync', decoratorBody({ object, related }));
      expect(json).toEqual({ labels: {}, annotations: {}, attachments: [] });
    }
    const told = app.lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
    expect(told).toEqual([
      'VirtualService shop/backend: RouteInjection bad (spec.from: expected a list) cannot be read, so its marks are not changed; wait until all pods of this service run the same version, or delete the RouteInjection: it is created again',
      'VirtualService shop/backend: related objects RouteInjection.riskified.com/v1alpha1 were not sent, although the customize hook asks for them; its marks are not changed',
    ]);
  });

  /** Groups the objects by kind, without the injection that the test replaces. */
  function byKind(objects: readonly KubeObject[]): ObjectMap {
    return childrenMap(objects.filter(({ kind }) => kind !== 'RouteInjection'));
  }

  test.each([
    ['sync', env()],
    ['sync of a spec that is refused', { ...env(), spec: {} }],
  ])('it stays unchanged among the children of an env: %s', async (_, parent) => {
    const { post } = await testApp();
    const { json: made } = await post('/dynamicenv/sync', compositeBody());
    const others = made['children'] as KubeObject[];
    const body = compositeBody({ parent, children: { ...byKind(others), ...injections } });
    const { statusCode, json } = await post('/dynamicenv/sync', body);
    expect(statusCode).toBe(200);
    const answered = json['children'] as KubeObject[];
    expect(answered).toContainEqual(
      expect.objectContaining({
        metadata: expect.objectContaining({ name: 'bad' }),
        spec: bad.spec,
      }),
    );
    expect(answered.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'DestinationRule',
      'RouteInjection',
    ]);
  });

  test('at deletion of its env it is removed before everything that its routes may lead to', async () => {
    const { post } = await testApp();
    const { json: made } = await post('/dynamicenv/sync', compositeBody());
    const body = compositeBody({
      children: { ...byKind(made['children'] as KubeObject[]), ...injections },
      finalizing: true,
    });
    const { json } = await post('/dynamicenv/finalize', body);
    expect([json['finalized'], (json['children'] as KubeObject[]).map(({ kind }) => kind)]).toEqual(
      [false, ['Deployment', 'DestinationRule']],
    );
  });
});

describe('a limit that is introduced while envs exist', () => {
  const spec = {
    istioMatches: [{ headers: { 'user-agent': { exact: 'alice' } } }],
    subsets: [
      { name: 'backend', namespace: 'shop', replicas: 30, containers: [{ image: 'backend:2' }] },
    ],
  };

  test('applies to new requests only: an env keeps what it has, and may not ask for more of it', async () => {
    const before = await testApp(['--allowed-common-headers=user-agent', '--max-replicas=0']);
    const first = await before.post(
      '/dynamicenv/sync',
      compositeBody({ parent: { ...env(), spec } }),
    );
    const children = childrenMap(first.json['children'] as KubeObject[]);
    const { post } = await testApp();
    const stateOf = async (parent: object, own: ObjectMap) => {
      const { json } = await post('/dynamicenv/sync', compositeBody({ parent, children: own }));
      const { conditions } = json['status'] as DynamicEnvStatus;
      const message = conditions?.find(({ type }) => type === 'Stalled')?.message;
      return [(json['children'] as unknown[]).length, message];
    };
    const calm = [3, 'nothing blocks this env'];
    expect(await stateOf({ ...env(), spec }, children)).toEqual(calm);
    expect(await stateOf({ ...env(), spec }, childrenMap([]))).toEqual([
      0,
      expect.stringMatching(/user-agent\]: everybody's .*replicas: 30 pods are asked for/),
    ]);
    const more = {
      ...spec,
      istioMatches: [...spec.istioMatches, { headers: { via: { exact: 'a' } } }],
    };
    expect(await stateOf({ ...env(), spec: more }, children)).toEqual([
      3,
      expect.stringContaining("spec.istioMatches[1].headers[via]: everybody's requests carry it"),
    ]);
  });

  test('a largest ttl and a required owner hold for envs without children; one that has some keeps them', async () => {
    const { post } = await testApp(['--max-ttl=7d', '--require-owner=true']);
    const answer = async (children: ObjectMap) => {
      const { json } = await post('/dynamicenv/sync', compositeBody({ children }));
      const { conditions } = json['status'] as DynamicEnvStatus;
      const message = conditions?.find(({ type }) => type === 'Stalled')?.message;
      return { message, count: (json['children'] as unknown[]).length };
    };
    expect(await answer(childrenMap([]))).toEqual({
      message: expect.stringMatching(/^spec\.ttl: the administrator requires .*; spec\.owner: /),
      count: 0,
    });
    const made = await (await testApp()).post('/dynamicenv/sync', compositeBody());
    const living = childrenMap(made.json['children'] as KubeObject[]);
    expect(await answer(living)).toEqual({ message: 'nothing blocks this env', count: 3 });
  });
});

describe('metrics', () => {
  test('latency by hook and result, size by hook and direction', async () => {
    const { post, metric } = await testApp();
    const body = compositeBody();
    const { json } = await post('/dynamicenv/sync', body);
    await post('/dynamicenv/sync', {});
    const hook = 'hook="dynamicenv-sync"';
    const count = 'dynamicenv_hook_duration_seconds_count';
    expect(await metric(`${count}{${hook},result="ok"}`)).toBe(1);
    expect(await metric(`${count}{${hook},result="refused"}`)).toBe(1);
    const bytes = 'dynamicenv_hook_body_bytes';
    const size = Buffer.byteLength(JSON.stringify(body));
    expect(await metric(`${bytes}_sum{${hook},direction="in"}`)).toBe(size + 2);
    expect(await metric(`${bytes}_count{${hook},direction="out"}`)).toBe(2);
    const answered = Buffer.byteLength(JSON.stringify(json));
    expect(await metric(`${bytes}_sum{${hook},direction="out"}`)).toBeGreaterThan(answered);
  });

  test('an exception counts as an error', async () => {
    const { post, metric, setNow } = await testApp();
    setNow(new Date(Number.NaN));
    const body = decoratorBody({ related: related(true) });
    expect((await post('/route-injection/sync', body)).statusCode).toBe(500);
    const count = 'dynamicenv_hook_duration_seconds_count';
    expect(await metric(`${count}{hook="route-injection-sync",result="error"}`)).toBe(1);
  });

  test('a body without a content-length is not counted as empty', async () => {
    const { app, metric } = await testApp();
    const { Readable } = await import('node:stream');
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const payload = Readable.from([JSON.stringify(customizeBody())]);
    const url = '/dynamicenv/customize';
    expect((await app.inject({ method: 'POST', url, payload, headers })).statusCode).toBe(200);
    const line = 'dynamicenv_hook_body_bytes_count{hook="dynamicenv-customize",direction="in"}';
    expect(await metric(line)).toBe(0);
  });

  test('rendered routes and repairs', async () => {
    const it = await testApp();
    const object = await planned(it);
    await admitted(it, { object, userInfo: { username: OWNER } });
    expect(await it.metric('dynamicenv_routes_rendered_total')).toBe(1);
    it.setNow(new Date('2026-01-01T00:01:00Z'));
    const body = decoratorBody({ object, related: related(true) });
    const { json } = await it.post('/route-injection/sync', body);
    expect(await it.metric('dynamicenv_repairs_forced_total')).toBe(1);
    expect(json['resyncAfterSeconds']).toBeGreaterThan(0);
    expect(it.lines.at(-1)).toMatchObject({ level: 40, virtualService: 'shop/backend' });
  });
});

describe('the admission webhook allows every write', () => {
  test('a replace loses no mark and no route, and the log names its user', async () => {
    const it = await testApp();
    const old = await planned(it);
    it.lines.length = 0;
    const amended = await admitted(it, { object: virtualService(), oldObject: old });
    expect(routeNames(amended)).toEqual([OURS, 'stable']);
    expect(amended.metadata.annotations?.[PLAN]).toBe(old.metadata.annotations?.[PLAN]);
    expect(it.lines).toMatchObject([{ level: 40, user: 'somebody', routes: 1 }]);
    expect(it.lines).toHaveLength(1);
    expect(await it.metric('dynamicenv_marks_restored_total')).toBe(1);
  });

  test('a copy of a live object is created without marks and routes', async () => {
    const it = await testApp();
    const object = await planned(it);
    const live = await admitted(it, { object, userInfo: { username: OWNER } });
    const copy = await admitted(it, { operation: 'CREATE', object: live, oldObject: null });
    expect(routeNames(copy)).toEqual(['stable']);
    expect(JSON.stringify(copy.metadata)).not.toMatch(/riskified/);
  });

  test('a dry run gets the same answer, and is neither logged nor counted', async () => {
    const it = await testApp();
    const old = await planned(it);
    it.lines.length = 0;
    const request = { object: virtualService(), oldObject: old };
    const amended = await admitted(it, { ...request, dryRun: true });
    expect(amended).toEqual(await admitted(it, request));
    expect(it.lines).toHaveLength(1);
    expect(await it.metric('dynamicenv_marks_restored_total')).toBe(1);
  });

  const edited = (annotation: string, labels = {}): VirtualService => ({
    ...virtualService(),
    metadata: {
      name: 'backend',
      namespace: 'shop',
      annotations: { [PLAN]: annotation },
      labels: { [LABEL]: 'injected', ...labels },
    },
  });

  test.each<[string, Parameters<typeof admissionBody>[0]]>([
    ['a plan that is no JSON', { object: edited('{'), userInfo: { username: OWNER } }],
    ['a plan that is no plan', { object: edited('{"injections":3}'), oldObject: edited('[]') }],
    ['a spec that is null', { object: { ...edited('{}'), spec: null } as never }],
    ['no spec', { object: { ...edited('{}'), spec: undefined } as never }],
    ['http that is null', { object: { ...edited('{}'), spec: { http: null } } as never }],
    ['no name yet', { operation: 'CREATE', object: { ...edited('{}'), metadata: {} } as never }],
    ['a deletion', { operation: 'DELETE', object: null, oldObject: edited('{}') }],
    ['a CONNECT', { operation: 'CONNECT', object: null, oldObject: null }],
    ['an old object that is missing', { object: edited('{}'), oldObject: undefined as never }],
  ])('%s', async (_, request) => {
    const it = await testApp();
    const { statusCode, json } = await it.post(
      '/admission/virtualservices',
      admissionBody(request),
    );
    expect([statusCode, json['error']]).toEqual([200, undefined]);
    expect(json['response']).toMatchObject({ uid: 'r1', allowed: true });
    expect(it.lines.filter(({ level }) => level > 40)).toEqual([]);
  });
});

describe('what no API server stores is no error of this program', () => {
  const pod = { containers: [{ name: 'backend', image: 'backend:1' }] };
  const base = (spec: object): Deployment => ({
    ...BASE,
    spec: { ...BASE.spec, template: { ...BASE.spec.template, spec: { ...pod, ...spec } as never } },
  });
  const entries = [{ host: 'shop.example.com' }];
  const { metadata, spec: routes } = virtualService();
  const atGateway = virtualService({
    metadata: { ...metadata, labels: { 'env.riskified.com/alice': 'injected' } },
    spec: { ...routes, hosts: ['shop.example.com'], gateways: ['gateway', 'mesh'] },
  });

  test.each<[string, object, Deployment]>([
    ['a ref that is null', { ref: null, entries }, BASE],
    ['matches that are null beside a ref', { istioMatches: null, ref: 'mp-101' }, BASE],
    ['volumes that are a text', {}, base({ volumes: 'a' })],
    ['a volume that is null', {}, base({ volumes: [null] })],
    ['ports that are a text', {}, base({ containers: [{ ...pod.containers[0], ports: 'a' }] })],
  ])('%s', async (_, spec, deployment) => {
    const it = await testApp(['--entry-hosts=shop.example.com']);
    const parent = { ...env(), spec: { ...env().spec, ...spec } };
    const related = {
      ...compositeBody().related,
      'Deployment.apps/v1': { 'shop/backend': deployment },
      'VirtualService.networking.istio.io/v1': { 'shop/backend': atGateway },
    };
    const { statusCode } = await it.post('/dynamicenv/sync', compositeBody({ parent, related }));
    expect(statusCode).toBe(200);
  });
});
