import base from './jest.config.js';

/** The fast tests of what is mutated; with `src` among the roots, so that each mutant runs those that reach it only. */
export default {
  ...base,
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['<rootDir>/test/{unit/{domain,virtualservice,istio,k8s},golden}/**/*.test.ts'],
};
