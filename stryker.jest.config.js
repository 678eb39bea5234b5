import base from './jest.config.js';

/** The fast tests only: each mutant runs those that reach it. */
export default { ...base, testMatch: ['<rootDir>/test/{unit,golden}/**/*.test.ts'] };
