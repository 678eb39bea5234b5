import { basename } from 'node:path';
import { describe, test } from '@jest/globals';
import type { LocalClusterOptions } from '../../../src/simulator/cluster.ts';
import { answersFile } from '../../support/answers-file.ts';
import { memoryDriver } from './memory-driver.ts';
import { runScenario } from './run.ts';
import { decisionConfig, loadScenario, type Scenario, scenarioFiles } from './scenario.ts';

type Strategy = LocalClusterOptions['strategy'];

/** Milliseconds: enough for a scenario on a busy machine. */
const LIMIT = 30_000;

/**
 * Makes a test of every scenario, on the in-memory cluster; one test file per strategy, so that they run in parallel.
 * `settings`: for scenarios that do not set them.
 */
export async function playAll(
  strategy: Strategy,
  settings: Scenario['settings'] = {},
  suite: string = strategy,
): Promise<void> {
  const files = await scenarioFiles();
  const scenarios = await Promise.all(files.map(loadScenario));
  describe(`with ${strategy}`, () => {
    files.forEach((file, index) => {
      const scenario = scenarios[index];
      if (scenario === undefined) return;
      // The test of a known failure fails when the failure is gone.
      const run = scenario.known === undefined ? test : test.failing;
      const set = { ...scenario, settings: { ...settings, ...scenario.settings } };
      const tell = answersFile(`${suite}-${basename(file)}`);
      run(file, () => play(set, strategy, tell), LIMIT);
    });
  });
}

async function play(
  scenario: Scenario,
  strategy: Strategy,
  tell: ReturnType<typeof answersFile>,
): Promise<void> {
  const config = decisionConfig(scenario.settings);
  const driver = await memoryDriver(config, strategy, {
    ...(scenario.skew && { skew: scenario.skew }),
    tell,
  });
  try {
    await runScenario(scenario, driver);
  } finally {
    await driver.close();
  }
}
