import { test } from '@jest/globals';
import { metacontrollerProgram } from '../../../e2e/lib/metacontroller.ts';
import { istiodProgram } from '../../lib/istiod.ts';
import { olderFolder } from './older.ts';

/** Are istiod and Metacontroller configured? */
export const canLoad = istiodProgram() !== undefined && metacontrollerProgram() !== undefined;

/**
 * A test that needs istiod and Metacontroller. If one is missing, the test is skipped, and the reporter prints that.
 */
export const loadTest = canLoad ? test : test.skip;

/** A test that also needs an older version. */
export const upgradeTest = canLoad && olderFolder() !== undefined ? test : test.skip;
