import type { KubeObject } from '../k8s/object.ts';

/** Name of the one MeshIndex in a namespace, and of the DecoratorController that maintains it. */
export const MESH_INDEX_NAME = 'mesh-index';
/** Version of the encoding of `content`. A reader must not guess at another version. */
export const MESH_INDEX_FORMAT = 1;

/** The data that an env's decisions need from a namespace's Services and DestinationRules, in one small object. */
export interface MeshIndexSpec {
  format: number;
  /** Number of Services in the index. */
  services: number;
  /** Number of DestinationRules in the index, without those made for envs. */
  destinationRules: number;
  /** JSON, compressed with gzip, encoded in base64 (see `mesh/index-content.ts`). */
  content: string;
}

export interface MeshIndex extends KubeObject {
  spec: MeshIndexSpec;
}
