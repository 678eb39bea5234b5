import type { KubeObject } from '../k8s/object.ts';

/**
 * The API groups of VirtualServiceMerge, the usual one first: that of the operator which this kind replaces, and the spelling in a
 * talk about it. A cluster may have one or both.
 */
export const MERGE_GROUPS = ['istiomerger.monime.sl', 'istiomerge.monime.sl'] as const;
export type MergeGroup = (typeof MERGE_GROUPS)[number];
export const MERGE_VERSION = 'v1alpha1';
export const MERGE_RESOURCE = 'virtualservicemerges';
export const MERGE_KIND = 'VirtualServiceMerge';

/** The lists of routes that are merged; everything else in a patch is ignored. */
export const MERGED_LISTS = ['http', 'tcp', 'tls'] as const;

/** Routes to add to a VirtualService that somebody else owns. */
export interface VirtualServiceMergeSpec {
  /** Default of `namespace`: the merge's own. */
  target?: { name?: string; namespace?: string };
  /** The spec of a VirtualService; the routes may have any shape here. Other fields than the three lists are ignored, and that is told. */
  patch?: {
    http?: unknown;
    tcp?: unknown;
    tls?: unknown;
    [ignored: string]: unknown;
  };
}

export type MergeConditionType = 'Accepted' | 'TargetFound' | 'Merged' | 'Conflicted';

/** metav1.Condition */
export interface MergeCondition {
  type: MergeConditionType;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export interface VirtualServiceMergeStatus {
  /** The metadata.generation for which this status was written. */
  observedGeneration?: number;
  conditions?: MergeCondition[];
}

export interface VirtualServiceMerge extends KubeObject {
  spec: VirtualServiceMergeSpec;
  status?: VirtualServiceMergeStatus;
}

/** A VirtualServiceMerge as others refer to it. */
export interface MergeRef {
  group: string;
  namespace: string;
  name: string;
}

export function mergeRefOf({ apiVersion, metadata }: KubeObject): MergeRef {
  return {
    group: apiVersion.split('/')[0] ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  };
}

export function isSameMerge(a: MergeRef, b: MergeRef): boolean {
  return a.group === b.group && a.namespace === b.namespace && a.name === b.name;
}

/** The VirtualService that a merge names, as `namespace/name`; undefined: it names none. */
export function targetOf({ spec, metadata }: VirtualServiceMerge): string | undefined {
  const { name, namespace } = spec?.target ?? {};
  if (typeof name !== 'string' || name === '') return undefined;
  return `${namespace || (metadata.namespace ?? '')}/${name}`;
}
