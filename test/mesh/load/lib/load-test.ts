import { test } from '@jest/globals';
import { metacontrollerProgram } from '../../../e2e/lib/system.ts';
import { istiodProgram } from '../../lib/istiod.ts';

/** Is there everything that envs under load need? */
export const canLoad = istiodProgram() !== undefined && metacontrollerProgram() !== undefined;

/** A test that needs istiod and Metacontroller; skipped where one is missing, and the reporter says so. */
export const loadTest = canLoad ? test : test.skip;
