import { test } from '@jest/globals';
import { istiodProgram } from './istiod.ts';

/** A test that needs istiod. Without istiod the test is skipped, and the reporter prints that. */
export const meshTest = istiodProgram() === undefined ? test.skip : test;
