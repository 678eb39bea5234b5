import type { KubeObject } from '../k8s/object.ts';
import type { Resource } from './controller.ts';

/** A mutating admission webhook with `failurePolicy: Ignore`, for creates and updates of these resources. */
export interface WebhookDefinition {
  /** The chart puts the service's address in front. */
  path: string;
  resources: readonly Resource[];
  /** As the chart's matchConditions: a write is sent to the webhook if this holds for the new or the old object. */
  isConcerned: (object: KubeObject) => boolean;
}
