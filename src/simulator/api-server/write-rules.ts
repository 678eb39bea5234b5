import { canonicalJson, jsonEqual } from '../../k8s/canonical.ts';
import { ApiError, invalid } from '../errors.ts';
import { describe, type ServedKind } from '../kinds.ts';
import type { LocalObject } from '../object.ts';
import type { ManagedFieldsEntry } from './managed-fields.ts';

/** Metadata that only the API server writes. */
const SYSTEM = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Keeps the system's metadata and the status as stored, whatever the client sent. */
export function keepSystemFields(live: LocalObject, sent: LocalObject): LocalObject {
  const metadata: Record<string, unknown> = { ...sent.metadata };
  for (const field of SYSTEM) {
    const value = (live.metadata as unknown as Record<string, unknown>)[field];
    if (value === undefined) delete metadata[field];
    else metadata[field] = value;
  }
  const { status: _, ...rest } = sent;
  const status = live.status === undefined ? {} : { status: live.status };
  return { ...rest, ...status, metadata: metadata as never };
}

/** What a create stores. System metadata is the server's, and a status needs a write of its own. */
export function dropSystemFields(kind: ServedKind, sent: LocalObject): LocalObject {
  const metadata: Record<string, unknown> = { ...sent.metadata };
  for (const field of SYSTEM) delete metadata[field];
  if (kind.hasGeneration) metadata['generation'] = 1;
  const { status: _, ...rest } = sent;
  return { ...rest, metadata: metadata as never };
}

/** The status subresource writes nothing else; the deployment controller also sets its annotation that way. */
export function onlyStatus(kind: ServedKind, live: LocalObject, sent: LocalObject): LocalObject {
  const { status: _, ...rest } = live;
  const annotations = kind.kind === 'Deployment' ? sent.metadata.annotations : undefined;
  const metadata = annotations ? { ...live.metadata, annotations } : live.metadata;
  return sent.status === undefined
    ? { ...rest, metadata }
    : { ...rest, metadata, status: sent.status };
}

function content({ apiVersion: _a, kind: _k, metadata: _m, status: _s, ...rest }: LocalObject) {
  return rest;
}

/**
 * metadata.generation counts changes of the desired state: of everything but metadata and status. Of a Deployment the
 * annotations count too (kubernetes/pkg/registry/apps/deployment/strategy.go).
 */
export function bumpGeneration(
  kind: ServedKind,
  live: LocalObject,
  next: LocalObject,
): LocalObject {
  if (!kind.hasGeneration) return next;
  const same =
    jsonEqual(content(live), content(next)) &&
    (kind.kind !== 'Deployment' ||
      jsonEqual(live.metadata.annotations ?? {}, next.metadata.annotations ?? {}));
  if (same) return next;
  const generation = (live.metadata.generation ?? 0) + 1;
  return { ...next, metadata: { ...next.metadata, generation } };
}

/** Refuses a changed selector of a workload, and new finalizers on an object that is being deleted. */
export function checkUpdate(kind: ServedKind, live: LocalObject, next: LocalObject): void {
  const what = `${kind.kind} "${live.metadata.name}"`;
  const isWorkload = kind.group === 'apps';
  if (isWorkload && !jsonEqual(live.spec?.['selector'], next.spec?.['selector'])) {
    throw invalid(what, 'spec.selector: Invalid value: field is immutable');
  }
  const had = live.metadata.finalizers ?? [];
  const added = (next.metadata.finalizers ?? []).filter((name) => !had.includes(name));
  if (live.metadata.deletionTimestamp !== undefined && added.length > 0) {
    const why = 'no new finalizers can be added if the object is being deleted';
    throw invalid(what, `metadata.finalizers: Forbidden: ${why}, found ${added.join(', ')}`);
  }
}

/** Refuses a name that is not an RFC 1123 subdomain. */
export function checkName(kind: ServedKind, { metadata }: LocalObject): void {
  if (!metadata.name) throw new ApiError(422, 'Invalid', 'name or generateName is required');
  if (metadata.name.length <= 253 && SUBDOMAIN.test(metadata.name)) return;
  const why =
    'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "-" or "."';
  throw invalid(describe(kind, metadata.name), `metadata.name: Invalid value: ${why}`);
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What happens to dependents: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** The object with deletionTimestamp, and the finalizer that tells the garbage collector what to do with dependents. */
export function markForDeletion(
  kind: ServedKind,
  live: LocalObject,
  propagation: Propagation | undefined,
  now: string,
): LocalObject {
  const finalizers = (live.metadata.finalizers ?? []).filter(
    (name) => propagation === undefined || (name !== FOREGROUND && name !== ORPHAN),
  );
  if (propagation === 'Foreground') finalizers.push(FOREGROUND);
  if (propagation === 'Orphan') finalizers.push(ORPHAN);
  if (live.metadata.deletionTimestamp !== undefined) {
    return { ...live, metadata: { ...live.metadata, finalizers } };
  }
  const metadata: LocalObject['metadata'] & { deletionGracePeriodSeconds: number } = {
    ...live.metadata,
    finalizers,
    deletionTimestamp: now,
    deletionGracePeriodSeconds: 0,
  };
  if (kind.hasGeneration) metadata.generation = (live.metadata.generation ?? 0) + 1;
  return kind.kind === 'Namespace' ? terminating({ ...live, metadata }) : { ...live, metadata };
}

/**
 * A Namespace has a finalizer of its own, which the namespace controller removes. A real one has it from its creation on;
 * here it comes with the deletion, as no hook reads it before.
 */
function terminating(namespace: LocalObject): LocalObject {
  return {
    ...namespace,
    spec: { ...namespace.spec, finalizers: ['kubernetes'] },
    status: { ...namespace.status, phase: 'Terminating' },
  };
}

/** Marked for deletion, and there is no finalizer on it any more. */
export function isGone({ kind, metadata, spec }: LocalObject): boolean {
  const held = kind === 'Namespace' ? spec?.['finalizers'] : undefined;
  const finalizers = [metadata.finalizers, held].filter(Array.isArray).flat();
  return metadata.deletionTimestamp !== undefined && finalizers.length === 0;
}

/** Equal, except for the times in managedFields. */
export function isSame(live: LocalObject, next: LocalObject): boolean {
  return jsonEqual(withoutTimes(live), withoutTimes(next));
}

function withoutTimes({ metadata, ...rest }: LocalObject) {
  const entries = (metadata.managedFields ?? []) as ManagedFieldsEntry[];
  const managedFields = entries.map(({ time: _, ...entry }) => canonicalJson(entry)).sort();
  return { ...rest, metadata: { ...metadata, managedFields } };
}
