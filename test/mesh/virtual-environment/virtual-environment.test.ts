import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { type Mesh as EvaluatedMesh, evaluate } from '../../../src/istio/evaluate.ts';
import { requestHost } from '../../../src/istio/request-host.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import type { Echo } from '../lib/echo.ts';
import type { Envoy } from '../lib/envoy.ts';
import { send } from '../lib/request.ts';
import { canLoad, loadTest } from '../load/lib/load-test.ts';
import { ALIASED, REPEATED, TABLE, values, wanted } from './cases.ts';
import { seenBy } from './chain.ts';
import type { Way } from './install.ts';
import { type CallerName, openScene, type Scene, statusOf } from './scene.ts';
import {
  EXTERNAL_HOST,
  HEADER,
  LABEL,
  NAMESPACE,
  OTHER,
  PORT,
  PUBLIC_HOST,
  SERVICES,
  VERSIONS,
} from './world.ts';

const WAYS: readonly Way[] = ['routes', 'envoy-filters'];
const hostOf = (service: string) => `${service}.${NAMESPACE}`;

describe.each(WAYS)(
  'a VirtualEnvironment through istiod and Envoy, with injection by %s',
  (way) => {
    let scene: Scene;

    beforeAll(async () => {
      if (!canLoad) return;
      scene = await openScene(way);
    }, 400_000);
    afterAll(() => scene?.stop());

    const headerAt = async (caller: CallerName, host: string, sent?: string) => {
      const { status, echo } = await scene.ask(
        caller,
        host,
        sent === undefined ? [] : [[HEADER, sent]],
      );
      return echo === undefined ? `status ${status}` : echo.headers[HEADER];
    };

    loadTest.each(TABLE.map((row) => [row.header ?? 'no header', row] as const))(
      'the operator’s table: %s',
      async (_, { header, versions }) => {
        const headers = header === undefined ? [] : ([[HEADER, header]] as const);
        const { echo } = await scene.ask('client', hostOf('js'), headers);
        // Without the header, js gets none, and its sidecar gives its calls that of its own version.
        expect(echo && seenBy(echo)).toEqual(
          versions.map((version, index) => ({
            version,
            header: header ?? (index === 0 ? undefined : versions[0]),
          })),
        );
      },
    );

    loadTest('the header of a pod is that of its version, and reaches its version', async () => {
      const { echo } = await scene.ask('js/dev.proj1', hostOf('java'), []);
      expect(echo && seenBy(echo)).toEqual([{ version: 'dev.proj1', header: 'dev.proj1' }]);
    });

    loadTest.each(['dev', 'dev.proj1.feature1', 'nobody', ''])(
      'a request that has the header keeps it: %j',
      async (value) => {
        const { echo } = await scene.ask('js/dev.proj1', hostOf('java'), [[HEADER, value]]);
        expect(echo && seenBy(echo)).toEqual([{ version: wanted('java', value), header: value }]);
      },
    );

    loadTest('pods without the label, and pods of other namespaces, get no header', async () => {
      expect(await headerAt('client', hostOf('java'))).toBeUndefined();
      expect(await headerAt('stranger', hostOf('java'))).toBeUndefined();
      expect(await headerAt('stranger', `elsewhere.${OTHER}`)).toBeUndefined();
    });

    loadTest('a Service with one version gets the header, too', async () => {
      expect(await headerAt('js/dev.proj1', hostOf('single'))).toBe('dev.proj1');
    });

    loadTest('calls to other namespaces and to external hosts', async () => {
      const injected = way === 'routes' ? undefined : 'dev.proj1';
      expect(await headerAt('js/dev.proj1', `elsewhere.${OTHER}`)).toBe(injected);
      expect(await headerAt('js/dev.proj1', EXTERNAL_HOST)).toBe(injected);
      expect(await headerAt('js/dev.proj1', EXTERNAL_HOST, 'own')).toBe('own');
    });

    loadTest('a request with an alias, but without the header', async () => {
      const { echo } = await scene.ask('js/dev', hostOf('java'), [['x-plain', 'dev.proj1']]);
      const seen =
        way === 'routes'
          ? { version: 'dev.proj1', header: undefined }
          : { version: 'dev', header: 'dev' };
      expect(echo && seenBy(echo)).toEqual([seen]);
    });

    loadTest('no proxy refused anything that istiod sent', async () => {
      for (const envoy of [scene.gateway, ...scene.proxies.values()]) {
        expect([envoy.name, await rejectedUpdates(envoy)]).toEqual([envoy.name, []]);
      }
    });

    if (way === 'envoy-filters') return;

    loadTest(
      'Envoy and evaluate choose the version of the longest bordered prefix, for every value, Service and caller',
      async () => {
        expect(await wrongAnswers(scene)).toEqual([]);
      },
      300_000,
    );

    loadTest('a header that is sent twice, or is empty', async () => {
      for (const headers of REPEATED) {
        for (const service of ['java', 'borders', 'js']) {
          const { echo } = await scene.ask('client', hostOf(service), headers);
          // Envoy since 1.39 compares each of the values: the first route in the table counts.
          const found = headers.flatMap(([, value]) => wanted(service, value) ?? []);
          const longest = found.sort((one, other) => other.length - one.length)[0];
          expect([headers, service, echo?.labels[LABEL]]).toEqual([headers, service, longest]);
        }
      }
    });

    loadTest.each(ALIASED)('alias $name: $value', async ({ name, value, version }) => {
      const { echo } = await scene.ask('client', hostOf('java'), [[name, value]]);
      expect(echo?.labels[LABEL]).toBe(version);
    });

    loadTest('the header comes before its aliases, and the refused alias is told', async () => {
      const both = [
        ['x-plain', 'dev.proj1.feature1'],
        [HEADER, 'dev.proj1'],
      ] as const;
      expect((await scene.ask('client', hostOf('java'), both)).echo?.labels[LABEL]).toBe(
        'dev.proj1',
      );
      expect(JSON.stringify(await statusOf(scene.mesh))).toContain('x-refused');
    });

    loadTest('a gateway leads to the versions, at a port that is not the Service’s', async () => {
      const ask = async (headers: Record<string, string>) => {
        const request = { method: 'GET', authority: PUBLIC_HOST, path: '/', headers };
        const { status, echo } = await send(scene.gateway.portFor(80), request);
        return echo?.labels[LABEL] ?? `status ${status}`;
      };
      expect(await ask({})).toBe('dev');
      expect(await ask({ [HEADER]: 'dev.proj1' })).toBe('dev.proj1');
      expect(await ask({ [HEADER]: 'dev.proj1.user1' })).toBe('dev.proj1');
      expect(await ask({ [HEADER]: 'dev.proj10' })).toBe('dev');
      expect(await ask({ 'x-tag': 'env=dev.proj1' })).toBe('dev.proj1');
    });

    loadTest(
      'the rule of a Service: its match, rewrite and timeout are those of every route',
      async () => {
        const ask = (path: string, headers: Record<string, string>) => {
          const authority = `${hostOf('ruled')}:${PORT}`;
          const port = scene.proxies.get('client')?.portFor(PORT) ?? 0;
          return send(port, { method: 'GET', authority, path, headers });
        };
        for (const [headers, version] of [
          [{}, 'dev'],
          [{ [HEADER]: 'dev.proj1' }, 'dev.proj1'],
          [{ [HEADER]: 'dev.proj1.user1' }, 'dev.proj1'],
          [{ 'x-tag': 'env=dev.proj1' }, 'dev.proj1'],
        ] as const) {
          const { echo } = await ask('/api/items?x=1', headers);
          expect([echo?.labels[LABEL], echo?.path]).toEqual([version, '/items?x=1']);
          expect((await ask('/items', headers)).status).toBe(404);
          const slow = await ask('/api/items', { ...headers, 'x-delay-ms': '2500' });
          expect(slow.status).toBe(504);
        }
      },
    );
  },
);

/** Every value and no value, for every Service. */
function asked() {
  return SERVICES.filter((name) => name !== 'ruled').flatMap((service) =>
    [undefined, ...values()].map((value) => ({ service, value })),
  );
}

/** What differs between Envoy's answer, `evaluate` and the rule, for callers from the Service's namespace and from another one. */
async function wrongAnswers(scene: Scene): Promise<unknown[]> {
  const world = meshSnapshot(await scene.objects(), 'cluster.local').mesh;
  const wrong: unknown[] = [];
  for (const { service, value } of asked()) {
    const found = evaluated(world, service, value);
    const law = wanted(service, value);
    if (found !== law) wrong.push({ service, value, evaluated: found, law });
    for (const caller of ['client', 'stranger'] as const) {
      const headers = value === undefined ? [] : ([[HEADER, value]] as const);
      const { status, echo } = await scene.ask(caller, hostOf(service), headers);
      const answered = versionOf(status, echo);
      const isPossible = [law ?? VERSIONS[service]].flat().includes(answered);
      if (!isPossible) wrong.push({ service, caller, value, answered, law });
    }
  }
  return wrong;
}

function versionOf(status: number, echo: Echo | undefined): string {
  return echo?.labels[LABEL] ?? `status ${status}`;
}

async function rejectedUpdates(envoy: Envoy): Promise<string[]> {
  const { stats } = await envoy.ask<{ stats: { name: string; value: number }[] }>(
    '/stats?filter=update_rejected&format=json',
  );
  return stats.filter(({ value }) => value > 0).map(({ name }) => name);
}

/** The version that `evaluate` foretells for a request of the client; undefined: any. */
function evaluated(
  world: EvaluatedMesh,
  service: string,
  value: string | undefined,
): string | undefined {
  const request = {
    method: 'GET',
    scheme: 'http' as const,
    authority: `${hostOf(service)}:${PORT}`,
    path: '/',
    port: PORT,
    headers: value === undefined ? {} : { [HEADER]: value },
    sourceNamespace: NAMESPACE,
    sourceLabels: { app: 'client' },
    gateway: 'mesh',
  };
  const outcome = evaluate({ ...request, host: requestHost(request, world) }, world);
  if (outcome.kind !== 'destinations') return outcome.kind;
  return outcome.destinations[0]?.labels?.[LABEL];
}
