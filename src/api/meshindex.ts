import type { KubeObject } from '../k8s/object.ts';

/** The one MeshIndex of a namespace, and the DecoratorController that keeps it. */
export const MESH_INDEX_NAME = 'mesh-index';
/** How `content` is written; a reader of another format must not guess. */
export const MESH_INDEX_FORMAT = 1;

/** What env decisions read of a namespace's Services and DestinationRules, in one small object. */
export interface MeshIndexSpec {
  format: number;
  /** How many Services are in it. */
  services: number;
  /** How many DestinationRules are in it; those made for envs are not. */
  destinationRules: number;
  /** base64 of gzip of JSON, see `mesh-index/content.ts`. */
  content: string;
}

export interface MeshIndex extends KubeObject {
  spec: MeshIndexSpec;
}
