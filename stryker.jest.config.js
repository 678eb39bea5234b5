import base from './jest.config.js';

/** The fast tests of what is mutated: each mutant runs those that reach it. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/{unit/{domain,virtualservice,istio,k8s},golden}/**/*.test.ts'],
};
