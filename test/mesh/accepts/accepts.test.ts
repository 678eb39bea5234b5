import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import { loadValidator } from '../../../src/crds.ts';
import { MAX_REGEX_SIZE } from '../../../src/istio/regex-bounds.ts';
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
import { ISTIO_MAX_PROGRAM, refusalOf, refusedHosts } from './validate.ts';

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

/** As texts, so that a failure names the host and the reason. */
const told = async (list: readonly VirtualHost[], maxProgram?: number) =>
  (await refusedHosts(program, list, maxProgram)).map(
    ({ host, refusal }) => `${JSON.stringify(host.routes).slice(0, 2000)}: ${refusal}`,
  );

describe(`${COUNT} DynamicEnvs with hostile values, before a real Envoy`, () => {
  beforeAll(() => {
    say(`seed ${seed}: ${accepted.length} envs are accepted, ${refused.length} refused`);
  });

  test('contain accepted and refused ones', () => {
    expect(accepted.length).toBeGreaterThan(COUNT / 4);
    expect(refused.length).toBeGreaterThan(COUNT / 4);
  });

  test('Envoy accepts the routes of every accepted env, and there are some', async () => {
    const without = acceptedHosts.filter(({ routes }) => routes.length < 4);
    expect(without).toEqual([]);
    expect(await told(acceptedHosts)).toEqual([]);
  });

  test('their regexes are at most as large as computed from their text', async () => {
    expect(await told(acceptedHosts, MAX_REGEX_SIZE)).toEqual([]);
  });

  test('Envoy accepts the routes of every refused env that existed before', async () => {
    expect(await told(hosts(refused))).toEqual([]);
  });

  test('Envoy accepts the copies of routes with room for only a few more headers', async () => {
    const list = accepted.slice(0, 20).map(({ env }, index) => {
      const http = renderedRoutes(activeInjection(env), FULL_ROUTES);
      expect(http[0]?.name).toBe('full');
      expect(copiesIn(http)).toBeGreaterThan(0);
      return virtualHost(`h${index}`, http);
    });
    expect(await told(list)).toEqual([]);
  });

  test('a control: without the check Envoy refuses them', async () => {
    // Only a few: Envoy needs long for some of them.
    const unchecked = refused
      .slice(0, 24)
      .map(({ env }, index) => virtualHost(`h${index}`, uncheckedRoutes(activeInjection(env))));
    expect(await refusalOf(program, unchecked)).toBeDefined();
    expect(await refusedHosts(program, unchecked, ISTIO_MAX_PROGRAM, 2)).toHaveLength(2);
  });

  test('a control: one header more than there is room for', async () => {
    const [full] = FULL_ROUTES;
    if (full === undefined) throw new Error('no route');
    const headers = { response: { add: { more: 'v' } } };
    const more = { ...full, route: (full.route ?? []).map((one) => ({ ...one, headers })) };
    expect(await refusalOf(program, [virtualHost('h', [full])])).toBeUndefined();
    expect(await refusalOf(program, [virtualHost('h', [more])])).toBeDefined();
  });
});
