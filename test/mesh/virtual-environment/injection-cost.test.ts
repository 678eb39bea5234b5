import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { recordFigure } from '../lib/figures.ts';
import { istiodProgram } from '../lib/istiod.ts';
import { meshTest } from '../lib/mesh-test.ts';
import { type CostScene, openCostScene, WAYS } from './cost-scene.ts';
import { PROXIES, SERVICES, VALUES } from './cost-world.ts';

/** How often a VirtualService is changed, for each way. */
const PUSHES = Number(process.env['MESH_PUSHES'] ?? 10);
const SECTION = `Auto-injection: ${PROXIES.own} proxies of the namespace and ${PROXIES.others} others, ${SERVICES} Services, ${VALUES.length} versions`;

describe('what each way of auto-injection costs istiod', () => {
  let scene: CostScene;

  beforeAll(async () => {
    if (istiodProgram() === undefined) return;
    scene = await openCostScene();
  }, 240_000);
  afterAll(() => scene?.stop());

  meshTest(
    'processor time of a push, time until the last proxy has it, size of what is pushed',
    async () => {
      const tell = (what: string, value: string) => {
        recordFigure({ section: SECTION, what, value });
        process.stderr.write(`${what} | ${value}\n`);
      };
      for (const way of WAYS) {
        const { objects, bytes } = await scene.install(way);
        const { own, others } = scene.sizes();
        const pushes = await scene.measure(PUSHES);
        const sorted = pushes.map(({ seconds }) => seconds).sort((one, other) => one - other);
        const cpu = pushes.reduce((sum, one) => sum + one.processor, 0) / PUSHES;
        tell(
          `${way}: a change of one VirtualService`,
          `istiod's processor time ${cpu.toFixed(2)} s; all proxies have it after ${seconds(sorted[PUSHES >> 1])}, at most ${seconds(sorted.at(-1))}`,
        );
        tell(
          `${way}: sizes`,
          `${objects} objects of Istio, ${kib(bytes)}; a proxy of the namespace gets routes of ${kib(own.routes)} and listeners of ${kib(own.listeners)}, another one ${kib(others.routes)} and ${kib(others.listeners)}`,
        );
        expect(own.routes).toBeGreaterThan(0);
        expect(cpu).toBeGreaterThan(0);
      }
    },
    900_000,
  );
});

const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
const seconds = (value = Number.NaN) => `${value.toFixed(2)} s`;
