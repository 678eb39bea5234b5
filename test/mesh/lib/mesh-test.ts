import { test } from '@jest/globals';
import { istiodProgram } from './istiod.ts';

/** A test that needs istiod; skipped where there is none, and the reporter says so. */
export const meshTest = istiodProgram() === undefined ? test.skip : test;
