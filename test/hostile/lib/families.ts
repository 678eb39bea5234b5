import { ENVS_FAMILIES } from './families-env.ts';
import { VIRTUALSERVICE_FAMILIES } from './families-virtualservice.ts';

/** Bodies of one shape that grow with a size. */
export interface Family {
  name: string;
  /** The hook that is sent them. */
  url: string;
  /** The largest size at which each object still fits into the API server (1.5 MiB), and the body through our door (16 MiB). */
  most: number;
  body: (size: number) => object;
}

export const FAMILIES: readonly Family[] = [...VIRTUALSERVICE_FAMILIES, ...ENVS_FAMILIES];
