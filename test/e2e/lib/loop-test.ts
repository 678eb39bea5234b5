import { test } from '@jest/globals';
import { foreignKubeconfig } from './foreign.ts';
import { metacontrollerProgram } from './system.ts';

/** A test that needs a control plane of its own with a Metacontroller; skipped where the programs are missing. */
export const loopTest =
  metacontrollerProgram() === undefined || foreignKubeconfig() !== undefined ? test.skip : test;
