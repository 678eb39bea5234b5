import { VERSIONS_ANNOTATION } from '../../api/virtualenvironment.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { fullName } from './merges.ts';

/** An object without the fields that only the cluster maintains. */
export type Readable = KubeObject & Record<string, unknown>;

/** The objects of a cluster by kind, namespace and name (see `fullName`). */
export type Snapshot = ReadonlyMap<string, Readable>;

export function snapshot(objects: readonly KubeObject[]): Snapshot {
  return new Map(objects.map((object) => [fullName(object), readable(object)]));
}

function readable(object: KubeObject): Readable {
  const { status: _status, ...rest } = object as Readable;
  const { name, namespace, labels, annotations, finalizers, ownerReferences } = object.metadata;
  const owners = ownerReferences?.map(({ uid: _uid, ...owner }) => owner);
  const { 'controller-uid': _controller, ...ownLabels } = labels ?? {};
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...present('labels', ownLabels),
    ...present('annotations', ownAnnotations(annotations)),
    ...(finalizers === undefined || finalizers.length === 0 ? {} : { finalizers }),
    ...(owners === undefined || owners.length === 0 ? {} : { ownerReferences: owners }),
  };
  return { ...rest, metadata } as Readable;
}

/** Annotations that the Deployment controller, Metacontroller, kubectl and the controller of VirtualEnvironments write for themselves. */
const BOOKKEEPING = [
  'deployment.kubernetes.io/revision',
  'metacontroller.k8s.io/last-applied-configuration',
  'kubectl.kubernetes.io/last-applied-configuration',
  VERSIONS_ANNOTATION,
];

export function ownAnnotations(
  annotations: Record<string, string> | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations ?? {}).filter(([key]) => !BOOKKEEPING.includes(key)),
  );
}

function present(field: string, map: Record<string, string>): object {
  return Object.keys(map).length === 0 ? {} : { [field]: map };
}
