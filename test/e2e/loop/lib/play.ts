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
import { metacontrollerProgram } from '../../lib/metacontroller.ts';
import { hasPassed } from '../../lib/record.ts';
import type { Stage } from '../../lib/system.ts';
import { clusterDriver } from './driver.ts';
import { createPool } from './pool.ts';
import { type Projection, project, projectionDifferences } from './projection.ts';

/** Time limit of one scenario. Scenarios wait in real time here: the scenario `quiet` needs more than two minutes. */
const LIMIT_MS = 900_000;
/** Time that both clusters get after the last step to finish the work that the step started. */
const REST_SECONDS = 30;

/** One test for each scenario, on real control planes. Several run in parallel (Jest's maxConcurrency). */
export async function playAll(strategy: ApplyStrategy): Promise<void> {
  const files = await scenarioFiles();
  const scenarios = await Promise.all(files.map(loadScenario));
  const pool = createPool(strategy);
  const suite = `scenarios on a real control plane with ${strategy}`;
  describe(suite, () => {
    afterAll(pool.stop, LIMIT_MS);
    files.forEach((file, index) => {
      const scenario = scenarios[index];
      if (scenario === undefined || scenario.only === 'memory') return;
      if (!isPossible(strategy) || hasPassed(`scenarios-${strategy}`, `${suite} ${file}`)) {
        test.skip(file, () => undefined);
        return;
      }
      const run = scenario.known === undefined ? test.concurrent : test.concurrent.failing;
      run(file, () => pool.use((stage) => play(scenario, stage)), LIMIT_MS);
    });
  });
}

/** On the cluster of E2E_KUBECONFIG, Metacontroller runs already, with one strategy: the other one cannot be tested. */
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
        return `the end state differs from the in-memory cluster's:\n${[first, ...more].join('\n')}`;
      },
      500,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${await standing(stage)}`);
  } finally {
    // The controller `mesh-index` is removed first: it would create a deleted MeshIndex again.
    await uninstallIndex();
    await driver.close();
  }
}

/** Deployments, ReplicaSets and pods as a text: a scenario's error message does not contain them. */
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
