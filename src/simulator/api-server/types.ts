import type { Discovery } from '../discovery.ts';
import type { ServedKind } from '../kinds.ts';
import type { LocalObject } from '../object.ts';
import type { ManagedFieldsEntry } from './managed-fields.ts';
import type { Propagation } from './write-rules.ts';

/** Who writes: the user that admission sees, and the field manager that managedFields name. */
export interface Client {
  user: string;
  manager: string;
  /** True: the manager was named in the request (kubectl does), so that admission sees it. */
  named?: boolean;
}

export interface ObjectKey {
  kind: ServedKind;
  namespace: string | undefined;
  name: string;
}

export type Change = (live: LocalObject) => LocalObject;

/** The verbs of one API server; objects it returns are frozen. */
export interface ApiServer {
  /** What it serves. */
  kinds: Discovery;
  /** Where the object is stored; a namespaced one without a namespace is in `default`. */
  keyOf(object: LocalObject): ObjectKey;
  find(key: ObjectKey): LocalObject | undefined;
  get(key: ObjectKey): LocalObject;
  create(client: Client, object: LocalObject): Promise<LocalObject>;
  /** PUT: refused as a conflict when the object carries another resourceVersion than the stored one. */
  update(client: Client, object: LocalObject): Promise<LocalObject>;
  updateStatus(client: Client, object: LocalObject): Promise<LocalObject>;
  /** PATCH: `change` gets the latest object, and is called again when somebody else wrote meanwhile. */
  patch(client: Client, key: ObjectKey, change: Change): Promise<LocalObject>;
  /** PATCH application/apply-patch+yaml: creates or updates. */
  apply(client: Client, object: LocalObject, force: boolean): Promise<LocalObject>;
  /** Resolves to undefined when the object is gone at once. */
  delete(
    client: Client,
    key: ObjectKey,
    options?: { uid?: string | undefined; propagation?: Propagation },
  ): Promise<LocalObject | undefined>;
  warnings: Warning[];
}

/** A warning of the admission webhook to a writer. */
export interface Warning {
  time: string;
  user: string;
  message: string;
}

/** Why a real cluster's schemas and policies would refuse a write; undefined: they would not. */
export type Validate = (
  object: LocalObject,
  oldObject: LocalObject | undefined,
  user: string,
) => string | undefined;

/** One write, as the API server handles it. */
export interface Write {
  client: Client;
  kind: ServedKind;
  verb: string;
  live: LocalObject | undefined;
  next: LocalObject;
  managedFields: ManagedFieldsEntry[];
  /** As the client wrote it. */
  apiVersion: string;
  /** The stored object must have this resourceVersion. */
  expected?: string | undefined;
}

export function keyIn(kinds: Discovery, object: LocalObject): ObjectKey {
  const kind = kinds.kindOf(object);
  const namespace = kind.namespaced ? (object.metadata.namespace ?? 'default') : undefined;
  return { kind, namespace, name: object.metadata.name };
}
