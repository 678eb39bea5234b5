import type { KubeObject, LabelSelector } from '../k8s/object.ts';

/** Objects by `Kind.group/version` (core: `Kind.version`), then `namespace/name` (cluster-scoped: `name`). */
export type ObjectMap = Record<string, Record<string, KubeObject>>;

/** https://metacontroller.github.io/metacontroller/api/customize.html */
export interface CustomizeRequest {
  controller: KubeObject;
  parent: KubeObject;
}

export interface RelatedRule {
  apiVersion: string;
  /** Plural, lower case. */
  resource: string;
  namespace?: string;
  names?: string[];
  labelSelector?: LabelSelector;
}

export interface CustomizeResponse {
  relatedResources: RelatedRule[];
}

/** https://metacontroller.github.io/metacontroller/api/compositecontroller.html, hook version v2; finalize has the same shape. */
export interface CompositeRequest {
  controller: KubeObject;
  parent: KubeObject;
  children: ObjectMap;
  related: ObjectMap;
  finalizing: boolean;
}

export interface CompositeResponse {
  status?: object;
  children: KubeObject[];
  resyncAfterSeconds?: number;
  finalized?: boolean;
}

/** https://metacontroller.github.io/metacontroller/api/decoratorcontroller.html, hook version v2. */
export interface DecoratorRequest {
  controller: KubeObject;
  object: KubeObject;
  attachments: ObjectMap;
  related: ObjectMap;
  finalizing: boolean;
}

/** A null value deletes that label or annotation. */
export interface DecoratorResponse {
  labels?: Record<string, string | null>;
  annotations?: Record<string, string | null>;
  /** Absent: the status stays as it is. */
  status?: object;
  attachments: KubeObject[];
  resyncAfterSeconds?: number;
}

/** The fields of admission.k8s.io/v1 that are read here. */
export interface AdmissionRequest {
  uid: string;
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  userInfo: { username: string; groups?: string[] };
  object?: KubeObject | null;
  oldObject?: KubeObject | null;
  name?: string;
  namespace?: string;
  dryRun?: boolean;
}

export interface AdmissionReview {
  apiVersion: 'admission.k8s.io/v1';
  kind: 'AdmissionReview';
  request: AdmissionRequest;
}

export interface AdmissionReviewResponse {
  apiVersion: 'admission.k8s.io/v1';
  kind: 'AdmissionReview';
  response: {
    uid: string;
    allowed: true;
    patchType?: 'JSONPatch';
    /** base64 of a JSON Patch document (RFC 6902). */
    patch?: string;
    warnings?: string[];
  };
}
