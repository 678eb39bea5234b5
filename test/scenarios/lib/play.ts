import { basename } from 'node:path';
import { describe, test } from '@jest/globals';
import type { LocalClusterOptions } from '../../../src/simulator/cluster.ts';
import { answersFile } from '../../support/answers-file.ts';
import { memoryDriver } from './memory-driver.ts';
import { mustBeQuiet, runScenario } from './run.ts';
import { decisionConfig, loadScenario, type Scenario, scenarioFiles } from './scenario.ts';

type Strategy = LocalClusterOptions['strategy'];

/** Time limit of a scenario in milliseconds, enough for a busy machine. */
const LIMIT = 90_000;

/**
 * Creates a test for each scenario, on the in-memory cluster. There is one test file for each strategy, so that they
 * run in parallel. `settings`: defaults for scenarios that do not set them.
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
      // `test.failing` fails as soon as the known failure is fixed, so the field `known` is removed in time.
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
    ...(scenario.replicas && {
      replicas: scenario.replicas.map((more) => decisionConfig({ ...scenario.settings, ...more })),
    }),
    tell,
  });
  try {
    await runScenario(scenario, driver);
    await mustBeQuiet(scenario, driver);
  } finally {
    await driver.close();
  }
}
