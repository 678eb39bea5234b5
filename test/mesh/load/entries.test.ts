import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import { PUBLIC_HOST, publicVirtualService } from './lib/gateway.ts';
import { BASE } from './lib/judge.ts';
import { parameterOf } from './lib/link-requests.ts';
import { liveAgain, liveWithLinks, liveWithRef, refsOf, usersOf } from './lib/lives.ts';
import { canLoad, loadTest } from './lib/load-test.ts';
import { describeCount, phase, tellWrong, wrongs } from './lib/phase.ts';
import type { Sent } from './lib/request.ts';
import { openScene, type Scene } from './lib/scene.ts';
import { REF_CARRIERS } from './lib/selections.ts';
import { isLongReady, sinceReady } from './lib/since-ready.ts';
import { whileDisturbed } from './lib/while-disturbed.ts';

/** Minimum number of requests. */
const REQUESTS = Number(process.env['MESH_REQUESTS'] ?? 100_000);
const RATE = REQUESTS / 250;
const LINKED = ['d', 'f'];
const REF_ENV = 'e';
const ALL = [...LINKED, REF_ENV];
const SEED = 1;
const SECTION = 'Links under load';
const SOURCE = 'x-source-route';
const COOKIE = `${SOURCE}=`;
const NONE = { '5xx': 0, unanswered: 0, strange: 0, leaked: 0, missed: 0 };

describe('not one request at a gateway is lost while links come and go', () => {
  let scene: Scene;

  beforeAll(async () => {
    if (!canLoad) return;
    const config = decisionConfig([`--entry-hosts=http://${PUBLIC_HOST}`]);
    scene = await openScene({
      config: { ...config, refCarriers: REF_CARRIERS },
      proxies: 2,
      isAtGateway: true,
    });
  }, 240_000);
  afterAll(() => scene?.stop());

  loadTest(
    'with refs, parameters and cookies, and pods, hooks and Metacontroller restart',
    async () => {
      let lives = 0;
      const mix = {
        rate: RATE,
        host: PUBLIC_HOST,
        users: usersOf(REF_ENV),
        refs: refsOf(REF_ENV),
        links: LINKED.flatMap(refsOf),
        seed: SEED,
      };
      const counted = await phase(scene, mix, async (load) => {
        const isWanted = (lived: number) => lived < 3 || load.sent().length < REQUESTS;
        const live = () =>
          Promise.all([
            ...LINKED.map((env) => liveAgain(scene.envs, env, isWanted, liveWithLinks)),
            liveAgain(scene.envs, REF_ENV, isWanted, liveWithRef),
          ]);
        const { result, told } = await whileDisturbed(scene, live, publicVirtualService);
        lives = result.reduce((sum, one) => sum + one, 0);
        const value = `${lives} lives of envs, ${LINKED.length} of ${ALL.length} with links; ${told}`;
        recordFigure({ section: SECTION, what: 'meanwhile', value });
        process.stderr.write(`${value}\n`);
      });
      const epochs = scene.envs.timeline.epochs();
      const { leaked } = counted.wrong;
      const lags = leaked.map((one) => sinceReady(one, epochs));
      counted.wrong.leaked = leaked.filter((one) => isLongReady(one, epochs));
      const wrongCookies = counted.sent.filter(hasWrongCookie);
      const withCookie = counted.sent.filter(({ cookie }) => cookie !== undefined).length;
      const value = `${describeCount(counted)}; ${withCookie.toLocaleString('en-GB')} answers set a cookie, ${wrongCookies.length} wrongly or not; ${leaked.length} answers by links that were removed, the last one ${Math.max(0, ...lags)} ms after Ready`;
      recordFigure({ section: SECTION, what: 'lives', value });
      process.stderr.write(`${value}\n`);
      tellWrong({ ...counted.wrong, wrongCookies });
      expect(lives).toBeGreaterThanOrEqual(9);
      expect(counted.requests).toBeGreaterThanOrEqual(REQUESTS);
      expect(wrongs(counted)).toEqual(NONE);
      expect(wrongCookies).toEqual([]);
      expect(withCookie).toBeGreaterThan(REQUESTS / 100);
      expect(counted.byRefs).toBeGreaterThan(0);
    },
    900_000,
  );
});

/**
 * Without the parameter, no answer sets a cookie of links; with it, none sets the cookie of another link. An env that answers because of
 * its link sets it.
 */
function hasWrongCookie({ path, headers, cookie, version }: Sent): boolean {
  const parameter = parameterOf(path);
  if (cookie !== undefined) return !cookie.startsWith(`${COOKIE}${parameter};`);
  const isByLink = parameter !== undefined && !('cookie' in headers) && !(SOURCE in headers);
  return isByLink && version !== undefined && version !== BASE;
}
