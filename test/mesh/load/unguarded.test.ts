import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import { follow } from '../../e2e/control-plane/watch.ts';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import { canLoad, loadTest } from './lib/load-test.ts';
import { phase, wrongs } from './lib/phase.ts';
import { openScene, type Scene } from './lib/scene.ts';
import { virtualService } from './lib/world.ts';

const DEFAULTS = decisionConfig();
const ENVS = ['u1', 'u2', 'u3'];

describe('a route to the host without a subset', () => {
  let scene: Scene;

  beforeAll(async () => {
    if (!canLoad) return;
    scene = await openScene({ config: DEFAULTS, proxies: 1 });
    const open = virtualService(1);
    const route = [{ destination: { host: 'backend' } }];
    open.spec.http?.unshift({ name: 'open', match: [{ uri: { prefix: '/open' } }], route });
    await scene.cluster.kubectl(['apply', '-f', '-'], { input: open });
    await sleep(1000);
  }, 240_000);
  afterAll(() => scene?.stop());

  loadTest.each(ENVS)(
    'the status of env %s warns before the first request leaks',
    async (env) => {
      const warned = await followWarnings(scene, env);
      const options = { rate: 300, users: [env], share: 0.3, paths: ['/open'], seed: 1 };
      const counted = await phase(scene, options, async () => {
        await scene.envs.create(env, env);
        await scene.envs.untilReady(env);
        await sleep(1000);
      });
      await scene.envs.remove(env);
      await scene.envs.untilGone(env);
      warned.stop();
      const { leaked, ...others } = counted.wrong;
      const [first] = leaked.map(({ start }) => start).sort((one, other) => one - other);
      const created = scene.envs.timeline.epochs().find((epoch) => epoch.env === env)?.from ?? 0;
      const told = warned.at() ?? Number.NaN;
      const value = `warned after ${(told - created) / 1000} s, first leak after ${((first ?? Number.NaN) - created) / 1000} s, ${leaked.length} of ${counted.requests} requests leaked`;
      recordFigure({ section: 'An unguarded route', what: `env ${env}`, value });
      process.stderr.write(`${env}: ${value}\n`);
      expect(first).toBeGreaterThan(told);
      expect(wrongs({ wrong: { ...others, leaked: [] } })).toMatchObject({
        '5xx': 0,
        unanswered: 0,
      });
    },
    120_000,
  );
});

/** The time when the env's status first had `Guarded: False` with a message that names the VirtualService. */
async function followWarnings({ cluster }: Scene, env: string) {
  let at: number | undefined;
  const stop = await follow<DynamicEnv>(
    cluster.api,
    '/apis/riskified.com/v1alpha1/dynamicenvs',
    ({ object: { metadata, status } }) => {
      const guarded = status?.conditions?.find(({ type }) => type === 'Guarded');
      const isNamed = guarded?.message?.includes('VirtualService shop/backend') ?? false;
      if (metadata.name === env && guarded?.status === 'False' && isNamed) at ??= Date.now();
    },
  );
  return { at: () => at, stop };
}
