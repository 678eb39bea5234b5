import type { LocalObject } from '../../../src/simulator/object.ts';

/** The verbs with which a scenario writes whole manifests. */
export const MANIFEST_VERBS = ['apply', 'create', 'serverSideApply', 'replace'] as const;
export type ManifestVerb = (typeof MANIFEST_VERBS)[number];

/** One object as a scenario names it: `Deployment shop/backend`, `DynamicEnv alice`. */
export interface ObjectName {
  kind: string;
  namespace: string | undefined;
  name: string;
}

export interface WriteOptions {
  /** Who writes; default `developer`. */
  as?: string;
  /** Field manager of a server-side apply; default `kubectl`. */
  manager?: string;
  /** Server-side apply takes fields over from other managers. */
  force?: boolean;
  /** This write is not checked by schemas and policies (in-memory cluster only). */
  unchecked?: boolean;
}

/** A fault, which lasts until it is lifted. */
export interface FaultSpec {
  /** Path of a hook (`/dynamicenv/sync`), or `all`. */
  hook?: string;
  /** How the hook fails; default `refused`. */
  mode?: 'error' | 'timeout' | 'refused' | 'conflict';
  /** The body of a failing hook's answer, or the reason of a refused write. */
  message?: string;
  times?: number;
  /** The admission webhook cannot be reached. */
  webhook?: 'lost';
  /** `<namespace>/<Deployment>`: its pods are not ready. */
  pods?: string;
  /** Writes that are refused, or (mode `conflict`) end with a conflict. */
  write?: { user?: string; verb?: string; kind?: string; namespace?: string; name?: string };
}

export type Cascade = 'background' | 'foreground' | 'orphan';

/**
 * What a scenario needs of a cluster: only what kubectl can do, so that the same scenario can run on a real control
 * plane. A refused write is an Error with the API server's message.
 */
export interface Driver {
  write(verb: ManifestVerb, object: LocalObject, options: WriteOptions): Promise<void>;
  /** `kubectl patch --type=merge` */
  patch(name: ObjectName, patch: object, options: WriteOptions): Promise<void>;
  /** Does not wait until the object is gone. */
  delete(name: ObjectName, cascade: Cascade, options: WriteOptions): Promise<void>;
  /** All objects of the kinds that scenarios use. */
  objects(): Promise<LocalObject[]>;
  /** Messages of warning events, oldest first. */
  events(): Promise<string[]>;
  /** Calls the listener with all objects after each stored write; returns how to stop. */
  watch(listener: (objects: LocalObject[]) => void): () => void;
  /** Lets time pass. */
  advance(seconds: number): Promise<void>;
  /** Returns how to lift the fault. */
  fault(fault: FaultSpec): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
