import { describe, test } from '@jest/globals';
import type { LocalClusterOptions } from '../../src/local/cluster.ts';
import { memoryDriver } from './lib/memory-driver.ts';
import { runScenario } from './lib/run.ts';
import { decisionConfig, loadScenario, type Scenario, scenarioFiles } from './lib/scenario.ts';

const files = await scenarioFiles();
const scenarios = await Promise.all(
  files.map(async (file) => ({ file, scenario: await loadScenario(file) })),
);
type Strategy = LocalClusterOptions['strategy'];

/** A busy machine is no mistake of a scenario's. */
const LIMIT = 30_000;

describe.each(['dynamic-apply', 'server-side-apply'] as const)('with %s', (strategy) => {
  for (const { file, scenario } of scenarios) {
    // A mistake that is known must be seen to go away.
    const run = scenario.known === undefined ? test : test.failing;
    run(file, () => play(scenario, strategy), LIMIT);
  }
});

async function play(scenario: Scenario, strategy: Strategy): Promise<void> {
  const driver = await memoryDriver(decisionConfig(scenario.settings), strategy);
  try {
    await runScenario(scenario, driver);
  } finally {
    await driver.close();
  }
}
