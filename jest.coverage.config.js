import unit from './jest.config.js';

/**
 * The lines of `src` that the unit tests run. Two of the three ways to play the scenarios add none. What uses
 * `executedSteps` reads the same counters of V8, and reading them sets them back to zero: it and the coverage would take each other's
 * counts. A worker that has run many files takes seconds to tell which lines one more file has run: so workers are ended when they have grown.
 */
export default {
  ...unit,
  testPathIgnorePatterns: [
    ...unit.testPathIgnorePatterns,
    'scenarios/indexed',
    'scenarios/server-side',
    'property/twin-run',
    'property/http-cost',
    'property/virtual-environment-aliases-cost',
  ],
  workerIdleMemoryLimit: '500MB',
  collectCoverage: true,
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts'],
  coverageThreshold: { global: { lines: 95 } },
};
