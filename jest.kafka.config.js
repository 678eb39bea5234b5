import unit from './jest.config.js';

const { testEnvironment, extensionsToTreatAsEsm, transform } = unit;

/** Runs with a real Kafka, which test/kafka/run.mjs starts. See test/kafka/README.md. */
export default {
  testEnvironment,
  extensionsToTreatAsEsm,
  transform,
  roots: ['<rootDir>/test/kafka'],
  // Times matter, and there is one broker.
  maxWorkers: 1,
  reporters: ['default', '<rootDir>/test/kafka/lib/reporter.ts'],
  testTimeout: 120_000,
  // kafkajs goes on retrying for a while after a client is disconnected.
  forceExit: true,
};
