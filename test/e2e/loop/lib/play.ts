import { afterAll, describe, test } from '@jest/globals';
import type { ApplyStrategy } from '../../../../src/simulator/metacontroller/controller.ts';
import { memoryDriver } from '../../../scenarios/lib/memory-driver.ts';
import { runScenario } from '../../../scenarios/lib/run.ts';
import {
  decisionConfig,
  loadScenario,
  type Scenario,
  scenarioFiles,
} from '../../../scenarios/lib/scenario.ts';
import { until } from '../../control-plane/poll.ts';
import { foreignKubeconfig } from '../../lib/foreign.ts';
import { installMeshIndex } from '../../lib/mesh-index.ts';
import { metacontrollerProgram, type Stage } from '../../lib/system.ts';
import { clusterDriver } from './driver.ts';
import { createPool } from './pool.ts';
import { type Projection, project, projectionDifferences } from './projection.ts';

/** Waits are real here: `quiet` alone takes more than two minutes. */
const LIMIT_MS = 600_000;
/** What was begun in a scenario's last step may come to its end. */
const REST_SECONDS = 30;

/** Every scenario on real control planes, as tests, several at a time (Jest's maxConcurrency). */
export async function playAll(strategy: ApplyStrategy): Promise<void> {
  const files = await scenarioFiles();
  const scenarios = await Promise.all(files.map(loadScenario));
  const pool = createPool(strategy);
  describe(`scenarios on a real control plane with ${strategy}`, () => {
    afterAll(pool.stop, LIMIT_MS);
    files.forEach((file, index) => {
      const scenario = scenarios[index];
      if (scenario === undefined || scenario.only === 'memory') return;
      if (!isPossible(strategy)) {
        test.skip(file, () => undefined);
        return;
      }
      const run = scenario.known === undefined ? test.concurrent : test.concurrent.failing;
      run(file, () => pool.use((stage) => play(scenario, stage)), LIMIT_MS);
    });
  });
}

/** On a cluster from a kubeconfig, Metacontroller runs already, and has only one strategy. */
function isPossible(strategy: ApplyStrategy): boolean {
  if (foreignKubeconfig() === undefined) return metacontrollerProgram() !== undefined;
  return strategy === (process.env['E2E_STRATEGY'] ?? 'dynamic-apply');
}

async function play(scenario: Scenario, stage: Stage): Promise<void> {
  const config = decisionConfig(scenario.settings);
  await stage.service.configure(config);
  const driver = await clusterDriver(stage);
  const uninstallIndex = await installMeshIndex(stage, config.indexedNamespaces);
  try {
    await runScenario(scenario, driver);
    const memory = await inMemory(scenario, stage.strategy);
    await until(
      REST_SECONDS,
      async () => {
        const real = project(await driver.objects());
        const [first, ...more] = projectionDifferences(memory, real);
        if (first === undefined) return undefined;
        return `ends otherwise than in memory:\n${[first, ...more].join('\n')}`;
      },
      500,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${await standing(stage)}`);
  } finally {
    // The controller of the index goes first: else it would create again what is removed.
    await uninstallIndex();
    await driver.close();
  }
}

/** What a scenario's own words do not show. */
async function standing({ cluster }: Stage): Promise<string> {
  const shown = await cluster.kubectl(['get', 'deploy,rs,pods', '-A', '-o', 'wide']);
  return shown.replaceAll(/ {3,}/g, '  ');
}

async function inMemory(scenario: Scenario, strategy: ApplyStrategy): Promise<Projection> {
  const driver = await memoryDriver(decisionConfig(scenario.settings), strategy);
  try {
    await runScenario(scenario, driver);
    await driver.advance(REST_SECONDS);
    return project(await driver.objects());
  } finally {
    await driver.close();
  }
}
