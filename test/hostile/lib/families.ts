import { CONFIGURATION_FAMILIES } from './families-configuration.ts';
import { ENVS_FAMILIES } from './families-env.ts';
import { ENVIRONMENT_FAMILIES } from './families-environments.ts';
import { LEVEL_FAMILIES } from './families-levels.ts';
import { MERGE_FAMILIES } from './families-merges.ts';
import { SELECTION_FAMILIES } from './families-selection.ts';
import { VIRTUALSERVICE_FAMILIES } from './families-virtualservice.ts';

/** Request bodies of one shape. Their size can be chosen. */
export interface Family {
  name: string;
  /** Path of the hook. */
  url: string;
  /**
   * The largest size at which each object still fits into the API server (1.5 MiB) and the body is accepted by this
   * service (16 MiB).
   */
  most: number;
  body: (size: number) => object;
}

export const FAMILIES: readonly Family[] = [
  ...VIRTUALSERVICE_FAMILIES,
  ...SELECTION_FAMILIES,
  ...ENVS_FAMILIES,
  ...MERGE_FAMILIES,
  ...LEVEL_FAMILIES,
  ...ENVIRONMENT_FAMILIES,
  ...CONFIGURATION_FAMILIES,
];
