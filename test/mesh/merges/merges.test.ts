import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { evaluate } from '../../../src/istio/evaluate.ts';
import { requestHost } from '../../../src/istio/request-host.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import { until } from '../../e2e/control-plane/poll.ts';
import { decisionConfig } from '../../support/decision-config.ts';
import { ROUTES_THAT_ENVOY_REFUSES } from '../../support/routes-that-envoy-refuses.ts';
import type { Envoy } from '../lib/envoy.ts';
import type { Mesh } from '../lib/mesh.ts';
import { send } from '../lib/request.ts';
import { canLoad, loadTest } from '../load/lib/load-test.ts';
import {
  applyAll,
  conditionsOf,
  mergesIn,
  startClient,
  startMergingMesh,
  untilAvailable,
  untilMerge,
  untilMerged,
  virtualServiceOf,
} from './scene.ts';
import { greet, type Listener, play, startStreamProxy, versionBehind } from './streams.ts';
import { VALUES } from './values.ts';
import {
  BRANCH,
  branchOf,
  merge,
  merges,
  NAMESPACE,
  REGEX_NAMES,
  REGULAR,
  SECURE_HOST,
  to,
  world,
} from './world.ts';

const CONFIG = decisionConfig(['--merge-groups=istiomerger.monime.sl']);

describe('merges through istiod, with its validating webhook, and Envoy', () => {
  let mesh: Mesh;
  let envoy: Envoy;

  beforeAll(async () => {
    if (!canLoad) return;
    mesh = await startMergingMesh(CONFIG);
    await applyAll(mesh, world());
    await applyAll(mesh, merges());
    await untilAvailable(mesh);
    envoy = await startClient(mesh);
    await untilMerged(mesh, ...REGEX_NAMES, 'db', 'vault');
  }, 400_000);
  afterAll(() => mesh?.stop());

  const headersOf = (value: string | undefined) =>
    value === undefined ? {} : { 'x-service-route': value };
  const ask = async (host: string, value: string | undefined) => {
    const headers = headersOf(value);
    const request = { method: 'GET', authority: `${host}.${NAMESPACE}`, path: '/', headers };
    const { status, echo } = await send(envoy.portFor(80), request);
    return echo?.labels['version'] ?? `status ${status}`;
  };

  loadTest('istiod’s webhook is asked: it refuses a wrong VirtualService', async () => {
    const own = await virtualServiceOf(mesh, 'fix');
    const spec = { ...own.spec, http: [to('a b')] };
    const refused = applyAll(mesh, [
      { ...own, metadata: { name: 'x', namespace: NAMESPACE }, spec },
    ]);
    await expect(refused).rejects.toThrow(/rev\.validation\.istio\.io/);
  });

  loadTest.each(REGEX_NAMES)(
    'regex %s: Envoy and trace choose the branch for the values of the table only',
    async (name) => {
      await until(60, async () => {
        const version = await ask(name, `payment-service:${BRANCH}`);
        return version === BRANCH ? undefined : `${name}: ${version}`;
      });
      const objects = await traceObjects(mesh);
      const rows = [];
      for (const { value } of VALUES) {
        rows.push({
          value,
          envoy: await ask(name, value),
          trace: traced(objects, name, headersOf(value)),
        });
      }
      expect(rows).toEqual(
        VALUES.map(({ value, selectedBy }) => {
          const version = selectedBy.includes(name) ? BRANCH : REGULAR;
          return { value, envoy: version, trace: version };
        }),
      );
    },
  );

  loadTest(
    'merged routes of tcp and tls have the marker, and do what they do without it',
    async () => {
      const marker = { sourceLabels: {} };
      const db = await virtualServiceOf(mesh, 'db-merged');
      expect(db.spec['tcp']).toMatchObject([{ match: [marker] }, to('db-merged')]);
      const vault = await virtualServiceOf(mesh, 'vault-merged');
      expect(vault.spec['tls']).toMatchObject([
        { match: [{ ...marker, sniHosts: [SECURE_HOST] }] },
        {},
      ]);

      const proxy = await startStreamProxy(mesh);
      try {
        const both = async (service: string, port: number): Promise<[Listener, Listener]> => [
          await proxy.listener(`${service}-merged`, port),
          await proxy.listener(`${service}-by-hand`, port),
        ];
        const [merged, byHand] = await both('db', 5432);
        expect(chainsOf(merged)).toEqual(chainsOf(byHand));
        const [mergedTls, byHandTls] = await both('vault', 443);
        expect(chainsOf(mergedTls)).toEqual(chainsOf(byHandTls));
        for (const listener of [merged, byHand]) {
          const played = await play(mesh, listener);
          expect(await versionBehind(played.port)).toBe(BRANCH);
          await played.stop();
        }
        for (const [listener, way] of [
          [mergedTls, 'merged'],
          [byHandTls, 'by-hand'],
        ] as const) {
          const own = `vault-${way}`;
          const played = await play(mesh, listener);
          await greet(played.port, SECURE_HOST);
          expect(await played.connections()).toEqual({ [branchOf('vault')]: 1 });
          await greet(played.port, `${own}.${NAMESPACE}.svc.cluster.local`);
          expect(await played.connections()).toEqual({ [branchOf('vault')]: 1, [own]: 1 });
          await played.stop();
        }
      } finally {
        await proxy.stop();
      }
    },
  );

  loadTest('merges that Envoy would refuse get no further than their status', async () => {
    const before = await virtualServiceOf(mesh, 'fix');
    const refusals = await rejectedUpdates(envoy);
    await applyAll(
      mesh,
      ROUTES_THAT_ENVOY_REFUSES.map(({ route }, index) =>
        merge(`refused-${index}`, 'fix', { http: [route] }),
      ),
    );
    const match = [{ headers: { later: { exact: 'yes' } } }];
    await applyAll(mesh, [
      merge('later', 'fix', { http: [{ match, ...to(branchOf('payment-service')) }] }),
    ]);
    await untilMerged(mesh, 'later');
    for (const [index, { name, field }] of ROUTES_THAT_ENVOY_REFUSES.entries()) {
      const one = await untilMerge(mesh, `refused-${index}`, /^Accepted False Invalid$/);
      const { message } = one.status?.conditions?.find(({ type }) => type === 'Accepted') ?? {};
      expect(`${name}: ${message}`).toContain(`spec.patch.http[0].${field}`);
    }
    expect((await mergesIn(mesh)).flatMap(conditionsOf)).toContain('Merged True Merged');
    const after = await virtualServiceOf(mesh, 'fix');
    expect(after.spec.http).toHaveLength((before.spec.http ?? []).length + 1);
    await until(60, async () => {
      const request = { method: 'GET', authority: `fix.${NAMESPACE}`, path: '/' };
      const { echo } = await send(envoy.portFor(80), { ...request, headers: { later: 'yes' } });
      return echo?.labels['version'] === BRANCH ? undefined : 'the later merge has no route yet';
    });
    expect(await rejectedUpdates(envoy)).toEqual(refusals);
  });
});

/** The filter chains, with the same name for the Service of both. */
function chainsOf(listener: Listener): unknown {
  const { filterChains, defaultFilterChain } = listener;
  const text = JSON.stringify({ filterChains, defaultFilterChain });
  return JSON.parse(text.replaceAll(/(db|vault)-(merged|by-hand)/g, '$1'));
}

async function rejectedUpdates(envoy: Envoy): Promise<Record<string, number>> {
  const { stats } = await envoy.ask<{ stats: { name: string; value: number }[] }>(
    '/stats?filter=update_rejected&format=json',
  );
  return Object.fromEntries(
    stats.filter(({ value }) => value > 0).map(({ name, value }) => [name, value]),
  );
}

async function traceObjects({ cluster }: Mesh): Promise<KubeObject[]> {
  const kinds =
    'deployments,services,destinationrules.networking.istio.io,virtualservices.networking.istio.io';
  const list = await cluster.kubectl(['get', kinds, '-n', NAMESPACE, '-o', 'json']);
  return (JSON.parse(list) as { items: KubeObject[] }).items;
}

/** The version that `trace` foretells. */
function traced(
  objects: readonly KubeObject[],
  name: string,
  headers: Record<string, string>,
): string | undefined {
  const world = meshSnapshot(objects, 'cluster.local').mesh;
  const request = {
    method: 'GET',
    scheme: 'http' as const,
    authority: `${name}.${NAMESPACE}`,
    path: '/',
    port: 80,
    headers,
    sourceNamespace: NAMESPACE,
    sourceLabels: { app: 'client' },
    gateway: 'mesh',
  };
  const outcome = evaluate({ ...request, host: requestHost(request, world) }, world);
  if (outcome.kind !== 'destinations') return outcome.kind;
  const app = outcome.destinations[0]?.labels?.['app'];
  return app === branchOf('payment-service') ? BRANCH : REGULAR;
}
