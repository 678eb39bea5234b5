import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApplyStrategy } from '../../../../src/simulator/metacontroller/controller.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { recordFigure, spread } from '../../lib/figures.ts';
import { foreignKubeconfig } from '../../lib/foreign.ts';
import { metacontrollerProgram, metacontrollerVersion } from '../../lib/metacontroller.ts';
import { startSystem } from '../../lib/system.ts';
import { METACONTROLLER_FIGURE } from '../../lib/verified.ts';
import {
  type Bench,
  env,
  type Requests,
  requestsOf,
  requestsText,
  type Sign,
  setUpBench,
} from './measure.ts';

const ROUNDS = 10;
const LIMIT_MS = 300_000;

function is(kind: string, name: RegExp, also: Sign = () => true): Sign {
  return (object) => object.kind === kind && name.test(object.metadata.name) && also(object);
}

const runs: Sign = ({ status }) => status?.['availableReplicas'] === 1;
const isReady: Sign = ({ status }) => status?.['state'] === 'ready';
const isRouted: Sign = ({ spec }) =>
  ((spec?.['http'] ?? []) as { name?: string }[]).some(({ name }) => name?.startsWith('dynamic-'));

const RUNS = is('Deployment', /^backend-/, runs);
const ROUTED = is('VirtualService', /^backend$/, isRouted);
const READY = is('DynamicEnv', /./, isReady);

/** Measures the figures of docs/verified.md on a separate control plane. Asserts what happens, but not how fast. */
export function measureAll(strategy: ApplyStrategy): void {
  const isLeftOut = metacontrollerProgram() === undefined || foreignKubeconfig() !== undefined;
  const suite = isLeftOut ? describe.skip : describe;
  const record = (what: string, value: string) => recordFigure({ what, strategy, value });
  let bench: Bench;
  const kubectl = (...args: string[]) => bench.system.cluster.kubectl(args);
  const create = (name: string) =>
    bench.system.cluster.kubectl(['create', '-f', '-'], { input: env(name) });
  /**
   * Deletes a child of the env, and waits until Metacontroller has created it again. Returns the time in milliseconds.
   */
  const recreation = async (resource: string, kind: string, name: RegExp, also: Sign) => {
    const found = await kubectl('get', resource, '-A', '-l', 'dynamic-env', '-o', 'json');
    const [object] = (JSON.parse(found) as { items: LocalObject[] }).items;
    if (object === undefined) throw new Error(`the env has no ${kind}`);
    const { metadata } = object;
    const where = metadata.namespace === undefined ? [] : ['-n', metadata.namespace];
    const isNew: Sign = (other) => other.metadata.uid !== metadata.uid && also(other);
    const [time = Number.NaN] = await bench.time(
      () => kubectl('delete', resource, metadata.name, ...where, '--wait=false'),
      is(kind, name, isNew),
    );
    return time;
  };

  suite(`figures with ${strategy}`, () => {
    beforeAll(async () => {
      bench = await setUpBench(await startSystem({ strategy }));
      record(METACONTROLLER_FIGURE, await metacontrollerVersion(bench.system.cluster));
    }, LIMIT_MS);
    afterAll(async () => {
      bench?.history.stop();
      await bench?.system.stop();
    }, LIMIT_MS);

    test(
      'creation and deletion of envs',
      async () => {
        const times: Record<'route' | 'ready' | 'gone', number[]> = {
          route: [],
          ready: [],
          gone: [],
        };
        const { cluster } = bench.system;
        const requests = { create: [] as Requests[], delete: [] as Requests[] };
        const count = async (from: Date) => requestsOf(await cluster.auditLog(), from, new Date());
        for (let round = 0; round < ROUNDS; round += 1) {
          const name = `env-${round}`;
          const start = new Date();
          const [run = 0, route = 0, end = 0] = await bench.time(
            () => create(name),
            RUNS,
            ROUTED,
            READY,
          );
          times.route.push(route - run);
          times.ready.push(end);
          requests.create.push(await count(start));
          const begin = new Date();
          await kubectl('delete', 'de', name, '--timeout=60s');
          times.gone.push(Date.now() - begin.getTime());
          requests.delete.push(await count(begin));
        }
        record('pods ready → route in the VirtualService', spread(times.route));
        record('env created → Ready', spread(times.ready));
        record('env deleted → gone', spread(times.gone));
        record('requests of Metacontroller per env created', requestsText(requests.create));
        record('requests of Metacontroller per env deleted', requestsText(requests.delete));
        expect(await kubectl('get', 'de,routeinjections', '-o', 'name')).toBe('');
      },
      LIMIT_MS,
    );

    test(
      'recovery of deleted children and of lost routes',
      async () => {
        await bench.time(() => create('healed'), READY);
        const healed = /^(backend-)?healed-?/;
        record(
          'clone deleted → available again',
          spread([await recreation('deployments', 'Deployment', /^backend-healed$/, runs)]),
        );
        record(
          'DestinationRule deleted → there again',
          spread([
            await recreation('destinationrules', 'DestinationRule', /^backend-healed-/, () => true),
          ]),
        );
        record(
          'RouteInjection deleted → there again',
          spread([await recreation('routeinjections', 'RouteInjection', healed, () => true)]),
        );
        const restored = await bench.time(
          async () => {
            const open = await bench.system.service.loseWebhook();
            const spec = {
              http: [{ route: [{ destination: { host: 'backend', subset: 'shared' } }] }],
            };
            await kubectl(
              'patch',
              'vs',
              'backend',
              '-n',
              'shop',
              '--type=merge',
              '-p',
              JSON.stringify({ spec }),
            );
            await open();
          },
          is('VirtualService', /^backend$/, (object) => !isRouted(object)),
          ROUTED,
        );
        record(
          'routes lost while the webhook was away → there again',
          spread([restored[1] ?? Number.NaN]),
        );
        await kubectl('delete', 'de', 'healed', '--timeout=60s');
      },
      LIMIT_MS,
    );
  });
}
