import { describe, test } from '@jest/globals';
import { memoryDriver } from './lib/memory-driver.ts';
import { runScenario } from './lib/run.ts';
import { decisionConfig, loadScenario, scenarioFiles } from './lib/scenario.ts';

const files = await scenarioFiles();
/** A busy machine is no mistake of a scenario's. */
const LIMIT = 30_000;

describe.each(['dynamic-apply', 'server-side-apply'] as const)('with %s', (strategy) => {
  const play = async (file: string): Promise<void> => {
    const scenario = await loadScenario(file);
    const driver = await memoryDriver(decisionConfig(scenario.settings), strategy);
    try {
      await runScenario(scenario, driver);
    } finally {
      await driver.close();
    }
  };
  test.each(files)('%s', play, LIMIT);
});
