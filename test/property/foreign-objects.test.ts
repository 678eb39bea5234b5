import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { unreadableOf, unreadableText } from '../../src/api/unreadable.ts';
import type { ObjectMap } from '../../src/hooks/types.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import { isMap } from '../../src/k8s/json-map.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { applyJsonPatch, type Operation } from '../../src/simulator/api-server/json-patch.ts';
import type { LocalObject } from '../../src/simulator/object.ts';
import { withoutEnvRoutes } from '../../src/virtualservice/routes/strip.ts';
import { testApp } from '../http/lib/app.ts';
import { admissionBody, decoratorBody, meshIndexBody } from '../http/lib/bodies.ts';
import { type EnvFixture, envFixture, settle, wait } from '../support/env-fixture.ts';
import {
  deployment,
  dynamicEnv,
  objectMap,
  rule,
  service,
  subset,
  virtualService,
  workload,
} from '../support/objects.ts';
import { childrenMap, relatedMap } from '../support/sent.ts';
import { type Path, placesIn, STRANGE, spoiled } from './lib/spoil.ts';

/** An env with active routes for a Service with two rules. It also has a consumer, and there are unrelated objects. */
function readyFixture(): EnvFixture {
  const env = dynamicEnv({ consumers: [workload('shop/web')] });
  const now = envFixture(env, [
    deployment('shop/backend'),
    deployment('shop/web'),
    service('shop/backend'),
    service('shop/web'),
    service('shop/stranger'),
    rule('shop/backend', { exportTo: ['*'], trafficPolicy: {} }),
    rule('shop/stranger', { workloadSelector: { matchLabels: { app: 'x' } } }),
    rule('shop/wide', {
      host: '*.example.com',
      subsets: [subset('shared', { trafficPolicy: {} })],
    }),
    virtualService('shop/backend', { gateways: ['mesh'] }),
  ]);
  settle(now);
  wait(now, 5);
  wait(now, 5);
  return now;
}

const READY = readyFixture();
const { post, setNow } = await testApp();
setNow(new Date('2026-01-01T13:00:00Z'));

interface Case {
  objects: readonly KubeObject[];
  index: number;
  place: Path;
  strange: unknown;
}

/** One of these objects, with a value of a wrong type at or below its spec or status. */
function oneOf(objects: readonly KubeObject[]): fc.Arbitrary<Case> {
  const places = objects.flatMap((object, index) =>
    Object.entries(object)
      .filter(([key]) => key === 'spec' || key === 'status')
      .flatMap(([key, value]) => placesIn(value, [key]).map((place) => ({ index, place }))),
  );
  return fc
    .tuple(fc.constantFrom(...places), fc.constantFrom(...STRANGE))
    .map(([at, strange]) => ({ objects, strange, ...at }));
}

function changed({ objects, index, place, strange }: Case): { all: KubeObject[]; one: KubeObject } {
  const one = spoiled(objects[index] as KubeObject, place, strange);
  return { all: objects.map((object, at) => (at === index ? one : object)), one };
}

function syncBody(env: DynamicEnv, children: readonly KubeObject[], related: ObjectMap) {
  return {
    controller: {},
    parent: env,
    children: childrenMap(children),
    related,
    finalizing: false,
  };
}

const seen = (objects: readonly KubeObject[]) => relatedMap(READY.env, READY.config, objects);
const SEEN = [...READY.others, ...READY.children.filter(({ kind }) => kind === 'Deployment')];
const keys = (objects: readonly KubeObject[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort();

async function answer(url: string, body: object): Promise<Record<string, unknown> | undefined> {
  const { statusCode, json } = await post(url, body);
  // A refused request changes nothing in the cluster.
  if (statusCode === 400 || statusCode === 422) {
    expect(json['error']).toEqual(expect.stringMatching(/.{20,}/));
    return undefined;
  }
  expect([statusCode, json['error']]).toEqual([200, undefined]);
  return json;
}

function patched(object: VirtualService, { patch = 'W10=' }: { patch?: string }): VirtualService {
  const operations = JSON.parse(Buffer.from(patch, 'base64').toString()) as Operation[];
  const stored = object as unknown as LocalObject;
  return applyJsonPatch(stored, operations) as unknown as VirtualService;
}

/** The user's http routes, or the value of `http` if it is not a list of routes. */
function usersRoutes({ spec }: VirtualService): unknown {
  const http: unknown = spec?.http;
  return Array.isArray(http) && http.every(isMap) ? withoutEnvRoutes(http) : (http ?? []);
}

function activeOnes(objects: readonly KubeObject[]): string[] {
  return objects.flatMap((object) => {
    const { active } = ((object as LocalObject).spec ?? {}) as { active?: unknown };
    return object.kind === 'RouteInjection' && active === true ? [object.metadata.name] : [];
  });
}

const RUNS = { numRuns: 300 };
const SLOW = 60_000;

describe('an object of a shape that cannot be read', () => {
  it('the env is ready at the start', () => {
    expect(READY.env.status?.state).toBe('ready');
    expect(activeOnes(READY.children)).toHaveLength(1);
  });

  it(
    'beside an env: no child and no route is lost',
    async () => {
      await fc.assert(
        fc.asyncProperty(oneOf(SEEN), async (input) => {
          const { all, one } = changed(input);
          const json = await answer(
            '/dynamicenv/sync',
            syncBody(READY.env, READY.children, seen(all)),
          );
          const children = (json?.['children'] ?? READY.children) as KubeObject[];
          const wrong = unreadableOf(one.kind, one);
          if (wrong === undefined) return;
          expect(keys(children)).toEqual(expect.arrayContaining(keys(READY.children)));
          expect(activeOnes(children)).toEqual(activeOnes(READY.children));

          expect(JSON.stringify(json?.['status'])).toContain(unreadableText(wrong));
        }),
        RUNS,
      );
    },
    SLOW,
  );

  it(
    "among an env's children: no child is lost",
    async () => {
      await fc.assert(
        fc.asyncProperty(oneOf(READY.children), async (input) => {
          const { all, one } = changed(input);
          const json = await answer('/dynamicenv/sync', syncBody(READY.env, all, seen(SEEN)));
          if (unreadableOf(one.kind, one) === undefined) return;
          const children = (json?.['children'] ?? all) as KubeObject[];
          expect(keys(children)).toEqual(expect.arrayContaining(keys(all)));
        }),
        RUNS,
      );
    },
    SLOW,
  );

  it(
    'during a removal: what active routes lead to stays',
    async () => {
      const parent = {
        ...READY.env,
        metadata: { ...READY.env.metadata, deletionTimestamp: '2026-01-01T12:59:00Z' },
      };
      await fc.assert(
        fc.asyncProperty(oneOf(SEEN), async (input) => {
          const { all, one } = changed(input);
          const body = { ...syncBody(parent, READY.children, seen(all)), finalizing: true };
          const json = await answer('/dynamicenv/finalize', body);
          if (unreadableOf(one.kind, one) === undefined) return;
          const children = (json?.['children'] ?? READY.children) as KubeObject[];
          // The routes are active, so their destinations must remain.
          const led = READY.children.filter(({ metadata }) => !metadata.name.includes('web'));
          expect(keys(children)).toEqual(expect.arrayContaining(keys(led)));
        }),
        RUNS,
      );
    },
    SLOW,
  );

  it(
    'as the env itself: its children stay',
    async () => {
      await fc.assert(
        fc.asyncProperty(oneOf([READY.env]), async (input) => {
          const { one } = changed(input);
          await answer('/dynamicenv/customize', { controller: {}, parent: one });
          for (const hook of ['sync', 'finalize']) {
            const body = syncBody(one as DynamicEnv, READY.children, seen(SEEN));
            await answer(`/dynamicenv/${hook}`, { ...body, finalizing: hook === 'finalize' });
          }
        }),
        { numRuns: 150 },
      );
    },
    SLOW,
  );

  it(
    'as a VirtualService, or among its RouteInjections: marks and routes stay',
    async () => {
      const object = READY.others.find(({ kind }) => kind === 'VirtualService') as VirtualService;
      const injections = READY.children.filter(({ kind }) => kind === 'RouteInjection');
      await fc.assert(
        fc.asyncProperty(oneOf([object, ...injections]), async (input) => {
          const {
            all: [vs, ...wantedInjections],
            one,
          } = changed(input);
          await answer('/route-injection/customize', { controller: {}, parent: vs });
          const body = decoratorBody({ object: vs, related: objectMap(wantedInjections) });
          const json = await answer('/route-injection/sync', body);
          if (unreadableOf(one.kind, one) === undefined || json === undefined) return;
          expect(json).toEqual({ labels: {}, annotations: {}, attachments: [] });
        }),
        RUNS,
      );
    },
    SLOW,
  );

  it(
    "written as a VirtualService: the user's routes do not change",
    async () => {
      const object = READY.others.find(({ kind }) => kind === 'VirtualService') as VirtualService;
      await fc.assert(
        fc.asyncProperty(oneOf([object]), fc.boolean(), async (input, isOld) => {
          const { one } = changed(input);
          const came = isOld ? object : (one as VirtualService);
          const review = admissionBody({ object: came, oldObject: isOld ? one : object });
          const json = await answer('/admission/virtualservices', review);
          const after = patched(came, (json?.['response'] ?? {}) as { patch?: string });
          expect(usersRoutes(after)).toEqual(usersRoutes(came));
        }),
        RUNS,
      );
    },
    SLOW,
  );

  it(
    'in an index: it is reported, and all other objects are read',
    async () => {
      const objects = READY.others.filter(({ kind }) =>
        ['Service', 'DestinationRule'].includes(kind),
      );
      await fc.assert(
        fc.asyncProperty(oneOf(objects), async (input) => {
          const { all } = changed(input);
          const json = await answer('/mesh-index/sync', meshIndexBody({ related: objectMap(all) }));
          expect(json?.['attachments']).toHaveLength(1);
        }),
        { numRuns: 300 },
      );
    },
    SLOW,
  );

  it.each(Object.keys(seen([])))(
    'if a whole group of related objects is missing: %s',
    async (key) => {
      const { [key]: _group, ...related } = seen(SEEN);
      const json = await answer('/dynamicenv/sync', syncBody(READY.env, READY.children, related));
      const children = json?.['children'] as KubeObject[];
      expect(keys(children)).toEqual(keys(READY.children));
      expect(activeOnes(children)).toEqual(activeOnes(READY.children));
      expect(JSON.stringify(json?.['status'])).toContain(key);
    },
  );
});
