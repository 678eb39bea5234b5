import { ENVIRONMENT_RESOURCE } from '../../api/environment.ts';
import { API_VERSION } from '../../api/marks.ts';
import type { RelatedRule } from '../../hooks/types.ts';

/**
 * All Environments, since a chain is not in the spec of one of them and Metacontroller caches this answer; all DynamicEnvs, since
 * any may use it.
 */
export const RELATED_TO_ENVIRONMENT: RelatedRule[] = [
  { apiVersion: API_VERSION, resource: ENVIRONMENT_RESOURCE },
  { apiVersion: API_VERSION, resource: 'dynamicenvs' },
];
