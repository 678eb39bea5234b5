import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import { loadValidator } from '../../../src/crds.ts';
import { MAX_REGEX_SIZE } from '../../../src/istio/regex-bounds.ts';
import { ISTIO_MAX_PROGRAM } from '../lib/bootstrap.ts';
import { ENVOY_BIN } from '../lib/envoy-program.ts';
import { generatedEnvs } from './generated-envs.ts';
import {
  activeInjection,
  copiesIn,
  FULL_ROUTES,
  renderedRoutes,
  uncheckedRoutes,
} from './rendered.ts';
import { type VirtualHost, virtualHost } from './route-config.ts';
import { refusalOf, refusedHosts } from './validate.ts';

const COUNT = 2400;
const seed = Number(process.env['MESH_SEED'] ?? 11);
const program = process.env[ENVOY_BIN] ?? '';
const say = (line: string) => process.stderr.write(`${line}\n`);

interface Case {
  env: DynamicEnv;
  isAccepted: boolean;
}

const { specErrors } = await loadValidator('dynamicenvs.riskified.com');
const cases: Case[] = generatedEnvs(seed, COUNT).map((env) => ({
  env,
  isAccepted: specErrors(env).length === 0,
}));
const accepted = cases.filter(({ isAccepted }) => isAccepted);
const refused = cases.filter(({ isAccepted }) => !isAccepted);

const hosts = (list: readonly Case[]): VirtualHost[] =>
  list.map(({ env }, index) => virtualHost(`h${index}`, renderedRoutes(activeInjection(env))));
const acceptedHosts = hosts(accepted);

/** The refused hosts as texts, so that a test failure shows the routes and Envoy's reason. */
const told = async (list: readonly VirtualHost[], maxProgram?: number) =>
  (await refusedHosts(program, list, maxProgram)).map(
    ({ host, refusal }) => `${JSON.stringify(host.routes).slice(0, 2000)}: ${refusal}`,
  );

describe(`${COUNT} generated DynamicEnvs, validated by a real Envoy`, () => {
  beforeAll(() => {
    say(`seed ${seed}: ${accepted.length} envs are accepted, ${refused.length} refused`);
  });

  test('our checks accept many of them, and refuse many', () => {
    expect(accepted.length).toBeGreaterThan(COUNT / 4);
    expect(refused.length).toBeGreaterThan(COUNT / 4);
  });

  test('every accepted env gets routes, and Envoy accepts them', async () => {
    const without = acceptedHosts.filter(({ routes }) => routes.length < 4);
    expect(without).toEqual([]);
    expect(await told(acceptedHosts)).toEqual([]);
  });

  test('Envoy accepts them with our own limit of the regex size, too', async () => {
    expect(await told(acceptedHosts, MAX_REGEX_SIZE)).toEqual([]);
  });

  test('Envoy accepts the routes of refused envs that an earlier version accepted', async () => {
    expect(await told(hosts(refused))).toEqual([]);
  });

  test('Envoy accepts the copies of routes that have almost too many headers', async () => {
    const list = accepted.slice(0, 20).map(({ env }, index) => {
      const http = renderedRoutes(activeInjection(env), FULL_ROUTES);
      expect(http[0]?.name).toBe('full');
      expect(copiesIn(http)).toBeGreaterThan(0);
      return virtualHost(`h${index}`, http);
    });
    expect(await told(list)).toEqual([]);
  });

  test('control: Envoy refuses the routes of refused envs if our checks are skipped', async () => {
    // Only a few hosts, because Envoy needs a long time for some of them.
    const unchecked = refused
      .slice(0, 24)
      .map(({ env }, index) => virtualHost(`h${index}`, uncheckedRoutes(activeInjection(env))));
    expect(await refusalOf(program, unchecked)).toBeDefined();
    expect(await refusedHosts(program, unchecked, ISTIO_MAX_PROGRAM, 2)).toHaveLength(2);
  });

  test('control: Envoy refuses a route with one header above its limit', async () => {
    const [full] = FULL_ROUTES;
    if (full === undefined) throw new Error('no route');
    const headers = { response: { add: { more: 'v' } } };
    const more = { ...full, route: (full.route ?? []).map((one) => ({ ...one, headers })) };
    expect(await refusalOf(program, [virtualHost('h', [full])])).toBeUndefined();
    expect(await refusalOf(program, [virtualHost('h', [more])])).toBeDefined();
  });
});
