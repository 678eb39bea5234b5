import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import { readCalls } from '../../../src/cli/trace/calls.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import { trace } from '../../../src/trace/trace.ts';
import type { Hop } from '../../../src/trace/types.ts';
import { GATEWAY, GATEWAY_LABELS, NAMESPACE } from '../branches/world.ts';
import { WAY_HEADER } from '../lib/bootstrap.ts';
import { canLoad, loadTest } from '../load/lib/load-test.ts';
import { gatewayHost } from './envoy-routes.ts';
import { CASES, type EntryCase } from './istiod-cases.ts';
import {
  CONFIG,
  type EntryAnswer,
  type EntryRequest,
  openScene,
  type Scene,
} from './istiod-scene.ts';
import { UNTOUCHED } from './istiod-untouched.ts';
import { IN_WILDCARD, PAIR, SHOP, VIRTUAL_SERVICES } from './istiod-world.ts';
import { comparable, routesOfHost } from './same-routes.ts';

const LINKS = CASES.filter(({ cookies }) =>
  cookies.some((one) => one.startsWith('x-source-route=')),
);

describe('entries through istiod, at an Envoy that plays the gateway', () => {
  let scene: Scene;
  let before: EntryAnswer[];
  let objects: KubeObject[];

  beforeAll(async () => {
    if (!canLoad) return;
    scene = await openScene();
    before = await askAll(scene, UNTOUCHED);
    await scene.createEnvs(LINKS);
    objects = await scene.objects();
  }, 500_000);
  afterAll(() => scene?.stop());

  loadTest('the links of the first env', () => {
    const env = objects.find(
      ({ kind, metadata }) => kind === 'DynamicEnv' && metadata.name === 'form',
    );
    const { links, entriesStatus } = (env as DynamicEnv | undefined)?.status ?? {};
    expect(links).toEqual(
      [SHOP, IN_WILDCARD, PAIR].map((host) => `https://${host}/?x-source-route=mp-101`),
    );
    expect(entriesStatus?.map(({ status }) => status)).toEqual(['running', 'running', 'running']);
    // Only where two VirtualServices share the host, not all routes have links.
    expect(entriesStatus?.map(({ message }) => message !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
  });

  loadTest.each(CASES.map((one) => [one.name, one] as const))(
    'Envoy and trace agree with the page: %s',
    async (_, one) => {
      const answer = await scene.ask(one);
      expect(outcomeOf(answer)).toBe(one.to);
      expect(answer.headers['set-cookie'] ?? []).toEqual(one.cookies);
      expect(isUncached(answer)).toBe(one.isUncached);
      if (answer.echo) expect(answer.echo.headers).toMatchObject(one.got ?? {});
      expect(traced(one, objects)).toEqual([one.to, routeOf(answer), one.env]);
    },
  );

  loadTest(
    'whom no entry concerns gets the same answer as without envs, in every header',
    async () => {
      const after = await askAll(scene, UNTOUCHED);
      expect(pairs(after)).toEqual(pairs(before));
      for (const [index, request] of UNTOUCHED.entries()) {
        const answer = after[index];
        expect([request, ...traced(request, objects)]).toEqual([
          request,
          answer && outcomeOf(answer),
          answer && routeOf(answer),
          undefined,
        ]);
      }
    },
  );

  loadTest.each(VIRTUAL_SERVICES)(
    'istiod makes the same routes as the translator of the other tests: %s',
    async (host, ...names) => {
      const all = await Promise.all(names.map((name) => scene.virtualService(name)));
      const { routes } = gatewayHost(
        ['*'],
        all.flatMap(({ spec }) => spec.http ?? []),
      );
      const ofIstiod = await routesOfHost(scene.gateway, host);
      expect(ofIstiod.length).toBeGreaterThan(10);
      expect(ofIstiod.map(comparable)).toEqual(routes.map(comparable));
    },
  );

  loadTest(
    'after the envs are deleted, a link sets no cookie, and all is as before',
    async () => {
      await scene.deleteEnvs(LINKS);
      expect(pairs(await askAll(scene, UNTOUCHED))).toEqual(pairs(before));
    },
    300_000,
  );
});

async function askAll(scene: Scene, requests: readonly EntryRequest[]): Promise<EntryAnswer[]> {
  const answers: EntryAnswer[] = [];
  for (const request of requests) answers.push(await scene.ask(request));
  return answers;
}

const pairs = (answers: readonly EntryAnswer[]) =>
  UNTOUCHED.map((request, index) => ({ request, answer: essence(answers[index]) }));

/** Without what differs from call to call. */
function essence(answer: EntryAnswer | undefined) {
  if (answer === undefined) return undefined;
  const { date: _date, 'x-envoy-upstream-service-time': _time, ...headers } = answer.headers;
  if (answer.echo === undefined) return { ...answer, headers };
  const { 'x-request-id': _id, ...got } = answer.echo.headers;
  const { 'content-length': _length, ...rest } = headers;
  return { ...answer, headers: rest, echo: { ...answer.echo, headers: got } };
}

function outcomeOf({ status, echo }: EntryAnswer): string {
  return echo === undefined ? String(status) : `${echo.labels['app']} ${echo.labels['version']}`;
}

function isUncached({ headers }: EntryAnswer): boolean {
  return /no-store/.test(`${headers['cache-control']}`) && /Cookie/.test(`${headers['vary']}`);
}

/** The name of the route that Envoy took. */
function routeOf({ headers }: EntryAnswer): string | undefined {
  const [name = ''] = headers[WAY_HEADER]?.[0]?.split(';') ?? [];
  return name === '-' || name === '' ? undefined : name;
}

/** What `dynamicenv trace` says about the request: who answers, the name of the route, and the env with the way in. */
function traced(
  { host, path, headers = {} }: EntryRequest | EntryCase,
  objects: readonly KubeObject[],
): [to: string, route: string | undefined, env: string | undefined] {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const caller = {
    kind: 'gateway',
    gateway: GATEWAY,
    namespace: NAMESPACE,
    labels: GATEWAY_LABELS,
  } as const;
  const snapshot = meshSnapshot(objects, 'cluster.local', CONFIG);
  const [hop] = trace(readCalls([`http://${host}${path}`], fields), caller, snapshot, []).hops;
  const way = hop?.env?.entry && ` by ${hop.env.entry.way}`;
  return [tracedOutcome(hop), hop?.route?.name, hop?.env && `${hop.env.name}${way ?? ''}`];
}

function tracedOutcome(hop: Hop | undefined): string {
  if (hop?.outcome !== 'pods')
    return String(hop?.status ?? (hop?.outcome === 'unknown-host' ? 404 : hop?.summary));
  return hop.destinations
    .map(({ selector }) => `${selector?.['app']} ${selector?.['version']}`)
    .join();
}
