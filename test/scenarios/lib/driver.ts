import type { LocalObject } from '../../../src/simulator/object.ts';

/** The verbs of a scenario that write complete manifests. */
export const MANIFEST_VERBS = ['apply', 'create', 'serverSideApply', 'replace'] as const;
export type ManifestVerb = (typeof MANIFEST_VERBS)[number];

/** An object's name in a scenario, parsed: `Deployment shop/backend`, `DynamicEnv alice`. */
export interface ObjectName {
  kind: string;
  namespace: string | undefined;
  name: string;
}

export interface WriteOptions {
  /** The user who writes; default `developer`. */
  as?: string;
  /** Field manager of a server-side apply; default `kubectl`. */
  manager?: string;
  /** Server-side apply with --force-conflicts: takes fields over from other managers. */
  force?: boolean;
  /** Skips schemas and policies for this write (in-memory cluster only). */
  unchecked?: boolean;
}

/** A fault. It lasts until the scenario ends it. */
export interface FaultSpec {
  /** Path of a hook (`/dynamicenv/sync`), or `all`. */
  hook?: string;
  /** How the hook fails; default `refused`. */
  mode?: 'error' | 'timeout' | 'refused' | 'conflict';
  /** The body of the failing hook's answer, or the message of the refused write. */
  message?: string;
  times?: number;
  /** `lost`: the API server cannot reach the admission webhook. */
  webhook?: 'lost';
  /** The place, from 0, of a replica of the service that does not run (in-memory cluster only). */
  replica?: number;
  /** `<namespace>/<Deployment>` whose pods are not ready. */
  pods?: string;
  /**
   * Selects writes that are refused, or that end with a conflict in mode `conflict`. `routesTo`: writes after which a VirtualService has
   * an http route to this host, as a validating webhook sees them; it goes with kind VirtualService only, not with `verb` and `user`.
   */
  write?: {
    user?: string;
    verb?: string;
    kind?: string;
    namespace?: string;
    name?: string;
    routesTo?: string;
  };
}

export type Cascade = 'background' | 'foreground' | 'orphan';

/**
 * The operations on a cluster that scenarios use. Each is something that kubectl can do, so a scenario also runs on a
 * real control plane. A refused write throws an Error with the API server's message.
 */
export interface Driver {
  write(verb: ManifestVerb, object: LocalObject, options: WriteOptions): Promise<void>;
  /** `kubectl patch --type=merge` */
  patch(name: ObjectName, patch: object, options: WriteOptions): Promise<void>;
  /** Returns at once, without waiting until the object is gone. */
  delete(name: ObjectName, cascade: Cascade, options: WriteOptions): Promise<void>;
  /** All objects of the kinds that scenarios use. */
  objects(): Promise<LocalObject[]>;
  /** Messages of warning events, oldest first. */
  events(): Promise<string[]>;
  /** Calls the listener with all objects after each stored write. Returns a function that stops this. */
  watch(listener: (objects: LocalObject[]) => void): () => void;
  /** Advances the time by this many seconds; a real cluster waits. */
  advance(seconds: number): Promise<void>;
  /** How many syncs of any kind the service was asked for until now. */
  syncs(): number;
  /** Starts a fault. Returns a function that ends it. */
  fault(fault: FaultSpec): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
