import type { Kind } from '../hooks/kind.ts';
import { DYNAMIC_ENV } from './dynamicenv/kind.ts';
import { ENVIRONMENT } from './environment/kind.ts';
import { MESH_INDEX } from './mesh-index/kind.ts';
import { VIRTUAL_ENVIRONMENT } from './virtual-environment/kind.ts';
import { VIRTUAL_SERVICE } from './virtualservice/kind.ts';
import { VIRTUAL_SERVICE_MERGE } from './virtualservice-merge/kind.ts';

/** Every kind of this program. */
export const KINDS = [
  DYNAMIC_ENV,
  VIRTUAL_SERVICE,
  VIRTUAL_SERVICE_MERGE,
  MESH_INDEX,
  VIRTUAL_ENVIRONMENT,
  ENVIRONMENT,
] as const;

type SettingsOf<Kinds> = Kinds extends readonly Kind<infer Settings>[] ? Settings : never;

/** What all kinds decide by: the settings of each, together. */
export type DecisionConfig = SettingsOf<typeof KINDS>;

/** Name of a CustomResourceDefinition that some kind needs. */
export type CrdName = (typeof KINDS)[number]['crds'][number]['name'];
