import { afterEach, describe, expect } from '@jest/globals';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import { loadTest } from './lib/load-test.ts';
import { type Sample, sampleRound } from './lib/sample.ts';
import { sampleRows } from './lib/sample-rows.ts';
import { openScene, type Scene } from './lib/scene.ts';

const DEFAULTS = decisionConfig();
/**
 * Settle and drain times in seconds. The service adds a second, because its timestamps are whole seconds. So with -1 it
 * does not wait at all, and with 0 it waits 0 to 1 s.
 */
const SECONDS = [-1, -0.5, 0, 0.5, 1, 2, 3];
const ROUNDS = Number(process.env['MESH_ROUNDS'] ?? 2);
const ENVS = 6;
const RATE = 600;

describe('settle and drain times', () => {
  let scene: Scene | undefined;
  afterEach(() => scene?.stop());

  loadTest.each([1, 10])(
    'which of them lose no request, with %i proxies',
    async (proxies) => {
      scene = await openScene({ config: DEFAULTS, proxies, finishSeconds: 0.1 });
      const samples = new Map<number, Sample[]>();
      for (const [index, seconds] of SECONDS.entries()) {
        const config = { ...DEFAULTS, settleSeconds: seconds, drainSeconds: seconds };
        await scene.system.service.configure(config);
        const own: Sample[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const seed = proxies * 1000 + index * 10 + round;
          own.push(...(await sampleRound(scene, { envs: ENVS, rate: RATE, seed })));
        }
        samples.set(seconds, own);
      }
      const section = `Settle and drain times, ${proxies} ${proxies === 1 ? 'proxy' : 'proxies'}`;
      const rows = sampleRows(samples);
      for (const [what, value] of rows) {
        recordFigure({ section, what, value });
        process.stderr.write(`${proxies} | ${what} | ${value}\n`);
      }
      const wrongs = (of: Sample[] = []) =>
        of.reduce((sum, one) => sum + one.lostComing + one.lostLeaving + one.missed, 0);
      expect(wrongs(samples.get(-1))).toBeGreaterThan(0);
      expect(wrongs(samples.get(3))).toBe(0);
    },
    900_000,
  );
});
