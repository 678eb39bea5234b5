import { basename } from 'node:path';
import { describe, test } from '@jest/globals';
import type { LocalClusterOptions } from '../../../src/simulator/cluster.ts';
import { answersFile } from '../../support/answers-file.ts';
import { memoryDriver } from './memory-driver.ts';
import { runScenario } from './run.ts';
import { decisionConfig, loadScenario, type Scenario, scenarioFiles } from './scenario.ts';

type Strategy = LocalClusterOptions['strategy'];

/** A busy machine is no mistake of a scenario's. */
const LIMIT = 30_000;

/**
 * Every scenario on the in-memory cluster, as tests; one file per strategy, so that they run side by side. `settings`: where
 * a scenario says nothing else.
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
      // A mistake that is known must be seen to go away.
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
  const driver = await memoryDriver(config, strategy, scenario.skew, tell);
  try {
    await runScenario(scenario, driver);
  } finally {
    await driver.close();
  }
}
