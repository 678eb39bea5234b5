import unit from './jest.config.js';

/** Bodies that are wrong, large or both: see test/hostile. One after the other, as each is timed. */
export default {
  ...unit,
  roots: ['<rootDir>/test/hostile'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 3_600_000,
};
