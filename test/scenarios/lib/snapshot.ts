import { canonicalJson } from '../../../src/k8s/canonical.ts';
import { isMap, type LocalObject } from '../../../src/simulator/object.ts';
import { strayOwners } from '../../support/stray-owners.ts';
import { glob, nameOf } from './names.ts';

/** Metadata that the API server and kubectl write. It is not compared. */
const SYSTEM = ['resourceVersion', 'generation', 'uid', 'managedFields', 'creationTimestamp'];
const SYSTEM_ANNOTATIONS = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
];

/** All objects by name, without the metadata that servers and tools write. */
export type Snapshot = ReadonlyMap<string, LocalObject>;

export function snapshot(objects: readonly LocalObject[]): Snapshot {
  // Not compared: a MeshIndex is computed from the other objects.
  const written = objects.filter(({ kind }) => kind !== 'MeshIndex');
  return new Map(written.map((object) => [nameOf(object), asWritten(object)]));
}

function asWritten({ status: _status, ...object }: LocalObject): LocalObject {
  const metadata: Record<string, unknown> = { ...object.metadata };
  for (const key of SYSTEM) delete metadata[key];
  const annotations = Object.entries(object.metadata.annotations ?? {}).filter(
    ([key]) => !SYSTEM_ANNOTATIONS.includes(key),
  );
  metadata['annotations'] = Object.fromEntries(annotations);
  metadata['owners of what is gone'] = strayOwners(object);
  const members = Object.entries(metadata).filter(([, value]) => !isEmpty(value));
  return { ...object, metadata: Object.fromEntries(members) as unknown as LocalObject['metadata'] };
}

/** Empty maps and lists count as absent: no labels are the same as an empty map of labels. */
function isEmpty(value: unknown): boolean {
  return (
    (isMap(value) && Object.keys(value).length === 0) ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** The differences between two snapshots, as texts. `except`: names of objects that the scenario itself changed. */
export function snapshotDifferences(
  before: Snapshot,
  after: Snapshot,
  except: readonly string[],
): string[] {
  const ignored = except.map(glob);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names
    .filter((name) => !ignored.some((pattern) => pattern.test(name)))
    .flatMap((name) => {
      const [was, is] = [before.get(name), after.get(name)];
      if (was === undefined) return [`${name}: was not there at the start`];
      if (is === undefined) return [`${name}: is gone`];
      return changedFields(was, is, name);
    });
}

function changedFields(was: unknown, is: unknown, path: string): string[] {
  if (canonicalJson(was ?? null) === canonicalJson(is ?? null)) return [];
  if (!isMap(was) || !isMap(is)) {
    return [`${path}: was ${JSON.stringify(was)}, is ${JSON.stringify(is)}`];
  }
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keys.flatMap((key) => changedFields(was[key], is[key], `${path}.${key}`));
}
