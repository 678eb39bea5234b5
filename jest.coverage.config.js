import unit from './jest.config.js';

/**
 * The lines of `src` that the unit tests run. Two of the three ways to play the scenarios add none. A worker that has run many files
 * takes seconds to tell which lines one more file has run: so workers are ended when they have grown.
 */
export default {
  ...unit,
  testPathIgnorePatterns: [
    ...unit.testPathIgnorePatterns,
    'scenarios/indexed',
    'scenarios/server-side',
    'property/twin-run',
  ],
  workerIdleMemoryLimit: '500MB',
  collectCoverage: true,
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts'],
  coverageThreshold: { global: { lines: 95 } },
};
