import { test } from '@jest/globals';
import { foreignKubeconfig } from './foreign.ts';
import { metacontrollerProgram } from './metacontroller.ts';

/**
 * A test that starts its own control plane with a Metacontroller. It is skipped without METACONTROLLER_BIN, and when
 * the suite uses the cluster of E2E_KUBECONFIG.
 */
export const loopTest =
  metacontrollerProgram() === undefined || foreignKubeconfig() !== undefined ? test.skip : test;
