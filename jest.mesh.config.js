import unit from './jest.config.js';

const { testEnvironment, extensionsToTreatAsEsm, transform } = unit;

/** Runs with real Envoy, and with real istiod where there is one; started by test/mesh/run.mjs. See test/mesh/README.md. */
export default {
  testEnvironment,
  extensionsToTreatAsEsm,
  transform,
  roots: ['<rootDir>/test/mesh'],
  // Times are measured, and there is one istiod's worth of machine.
  maxWorkers: 1,
  testTimeout: 120_000,
  reporters: ['default', '<rootDir>/test/mesh/lib/reporter.ts'],
};
