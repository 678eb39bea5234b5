import { createHash } from 'node:crypto';
import { ownKinds } from '../../src/cli/common/own-kinds.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { onCreate, withDefaults } from '../../src/simulator/api-server/defaults.ts';
import { fieldsOf, toFieldsV1 } from '../../src/simulator/api-server/field-set.ts';
import { createDiscovery } from '../../src/simulator/discovery.ts';
import { type LocalObject, qualifiedName } from '../../src/simulator/object.ts';

/** All kinds that the API server serves. */
export const KINDS = createDiscovery(await ownKinds());

/** The current time in every call. All objects were written before it. */
export const NOW = new Date('2026-01-01T12:00:00Z');

/** The time `seconds` before `NOW`, in RFC 3339. */
export function ago(seconds: number): string {
  return `${new Date(NOW.getTime() - seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** A manifest as the API server stores it after `kubectl apply`: with defaults, uid, times and managedFields. */
export function applied(manifest: KubeObject, seconds = 86_400): LocalObject {
  const annotations = {
    ...manifest.metadata.annotations,
    'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(manifest)}\n`,
  };
  const object = { ...manifest, metadata: { ...manifest.metadata, annotations } };
  return stored(object, 'kubectl-client-side-apply', 'Update', seconds);
}

/** An object as the API server stores it after a write of `manager`. */
export function stored(
  given: KubeObject,
  manager: string,
  operation: 'Apply' | 'Update',
  seconds: number,
): LocalObject {
  const kind = KINDS.kindOf(given);
  const count = Number.parseInt(digest(qualifiedName(given)).slice(0, 3), 16);
  const object = onCreate(kind, withDefaults(kind, given as LocalObject), count);
  const { apiVersion } = given;
  const time = ago(seconds);
  const fieldsV1 = toFieldsV1(
    fieldsOf(given as LocalObject, kind.builtIn, operation === 'Update').keys(),
  );
  const entry = { manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1 };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      uid: uidOf(given),
      resourceVersion: String(1_000_000 + count),
      ...(kind.hasGeneration ? { generation: 1 } : {}),
      creationTimestamp: time,
      managedFields: [entry],
    },
  };
}

export function uidOf(object: KubeObject): string {
  const hex = digest(`${object.kind} ${qualifiedName(object)}`);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
