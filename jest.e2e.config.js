import unit from './jest.config.js';

const { testEnvironment, extensionsToTreatAsEsm, transform } = unit;
const shared = { testEnvironment, extensionsToTreatAsEsm, transform };

/** Runs on a real control plane; see test/e2e/README.md. `--selectProjects api-server` is what needs no Metacontroller. */
export default {
  // Scenarios that one file plays side by side, each on a control plane of its own.
  maxConcurrency: process.env.E2E_KUBECONFIG ? 1 : Number(process.env.E2E_LANES ?? 3),
  reporters: ['default', '<rootDir>/test/e2e/lib/reporter.ts'],
  testTimeout: 120_000,
  projects: [
    {
      ...shared,
      displayName: 'api-server',
      roots: ['<rootDir>/test/e2e/api-server'],
      globalSetup: '<rootDir>/test/e2e/api-server/lib/setup.ts',
      globalTeardown: '<rootDir>/test/e2e/api-server/lib/teardown.ts',
    },
    {
      ...shared,
      displayName: 'loop',
      roots: ['<rootDir>/test/e2e/loop'],
      globalSetup: '<rootDir>/test/e2e/loop/lib/setup.ts',
    },
  ],
};
