import { afterEach, describe, expect } from '@jest/globals';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import { loadTest } from './lib/load-test.ts';
import { startNoise } from './lib/noise.ts';
import { sampleRound } from './lib/sample.ts';
import { sampleRows } from './lib/sample-rows.ts';
import { openScene, type Scene } from './lib/scene.ts';

const DEFAULTS = decisionConfig();
/** Maximum delay in seconds until istiod pushes a change while other changes keep coming (PILOT_DEBOUNCE_MAX). */
const DEBOUNCE_MAX = 10;

describe('a mesh in which something changes all the time', () => {
  let scene: Scene | undefined;
  afterEach(() => scene?.stop());

  loadTest.each([
    ['the default times', DEFAULTS.settleSeconds, DEFAULTS.drainSeconds],
    ['times longer than istiod waits', DEBOUNCE_MAX + 2, DEBOUNCE_MAX + 2],
  ])(
    'requests that are lost with %s',
    async (name, settleSeconds, drainSeconds) => {
      const config = { ...DEFAULTS, settleSeconds, drainSeconds };
      scene = await openScene({ config, proxies: 2, finishSeconds: 0.1 });
      const stop = startNoise(scene.cluster.api);
      const samples = await sampleRound(scene, { envs: 4, rate: 300, seed: settleSeconds });
      await stop();
      const section = 'A mesh in which something changes all the time';
      const times = `settle ${settleSeconds} s, drain ${drainSeconds} s`;
      for (const [row, value] of sampleRows(new Map([[settleSeconds, samples]]))) {
        const what = row.replace(/^settle and drain .*/, times);
        recordFigure({ section, what: `${name}: ${what}`, value });
        process.stderr.write(`${name} | ${what} | ${value}\n`);
      }
      if (settleSeconds <= DEBOUNCE_MAX) return;
      const wrong = samples.map((one) => one.lostComing + one.lostLeaving + one.missed);
      expect(Math.max(...wrong)).toBe(0);
    },
    300_000,
  );
});
