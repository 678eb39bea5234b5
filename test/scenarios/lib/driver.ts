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
  /** Schemas and policies do not look at this write (in-memory cluster only). */
  unchecked?: boolean;
}

/** Something that goes wrong until it is lifted. */
export interface FaultSpec {
  /** Path of a hook (`/dynamicenv/sync`), or `all`. */
  hook?: string;
  /** How the hook fails; default `refused`. */
  mode?: 'error' | 'timeout' | 'refused' | 'conflict';
  /** Text that a failing hook answers, or with which a write is refused. */
  message?: string;
  times?: number;
  /** The admission webhook cannot be reached. */
  webhook?: 'lost';
  /** `<namespace>/<Deployment>`: its pods are not ready. */
  pods?: string;
  /** Writes that are refused, or (mode `conflict`) come too late. */
  write?: { user?: string; verb?: string; kind?: string; namespace?: string; name?: string };
}

export type Cascade = 'background' | 'foreground' | 'orphan';

/**
 * All that a scenario needs of a cluster: nothing that kubectl could not do, so that the same scenario can run on a
 * real control plane. A refused write is an Error with the API server's message.
 */
export interface Driver {
  write(verb: ManifestVerb, object: LocalObject, options: WriteOptions): Promise<void>;
  /** `kubectl patch --type=merge` */
  patch(name: ObjectName, patch: object, options: WriteOptions): Promise<void>;
  /** Does not wait until the object is gone. */
  delete(name: ObjectName, cascade: Cascade, options: WriteOptions): Promise<void>;
  /** Every object of the kinds that scenarios deal with. */
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
