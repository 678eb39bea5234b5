import type { LabelSelector } from '../k8s/object.ts';
import { envId } from './env-id.ts';

/** The labels and annotations by which this system recognizes objects. */

export const API_VERSION = 'riskified.com/v1alpha1';

/** Label (`"true"`) on clones, their pods and every other object made for an env. */
export const DYNAMIC_ENV_LABEL = 'dynamic-env';
/**
 * Selects all objects except those made for an env. Clones are many, and Metacontroller sends them as children anyway.
 */
export const NOT_OURS: LabelSelector = {
  matchExpressions: [{ key: DYNAMIC_ENV_LABEL, operator: 'DoesNotExist' }],
};
/**
 * Label on a clone's pods: the clone's name. Together with the version label it distinguishes them from all other pods
 * of a Service.
 */
export const CLONE_LABEL = 'riskified.com/clone';
/** Annotation on every object that this system created or changed: the names of the envs, comma-separated. */
export const ENVS_ANNOTATION = 'riskified.com/dynamic-environment';
/** Annotation on a VirtualService: the routes to inject (JSON, see `plan-codec.ts`). */
export const PLAN_ANNOTATION = 'riskified.com/route-injections';
/**
 * Label `env.riskified.com/<env>` on a VirtualService. An env finds its VirtualServices by it. Its value is the env's
 * worst state there, or `leaving`.
 */
export const ENV_LABEL_PREFIX = 'env.riskified.com/';
/** Label on a RouteInjection: hash of the host's fully qualified name. */
export const HOST_LABEL = 'riskified.com/host';
/** Label (`"true"`) on every RouteInjection that is an entry. */
export const ENTRY_LABEL = 'riskified.com/entry';
/** Label on a VirtualServiceMerge: hash of its target's namespace and name. Only an index: `spec.target` decides. */
export const TARGET_LABEL = 'riskified.com/target';
/** Annotation on a VirtualService: other namespaces whose VirtualServiceMerges may add routes, comma-separated; `*`: all. */
export const MERGE_FROM_ANNOTATION = 'riskified.com/merge-from';
/** Label or annotation (`"true"`) on a VirtualService: inject no routes into it. Anybody may set it. */
export const IGNORE_MARK = 'riskified.com/ignore';
/** Annotation (`"true"`) on a DynamicEnv: delete it without waiting until its routes are removed. */
export const FORCE_REMOVAL_ANNOTATION = 'riskified.com/force-removal';
/** Annotation on a DynamicEnv: since when (RFC 3339) its `spec.ttl` counts, if later than its creation. */
export const RENEWED_ANNOTATION = 'riskified.com/renewed-at';
/** Annotation on a Deployment or its pod template: names of variables that its containers read, comma-separated. */
export const VARIABLES_ANNOTATION = 'riskified.com/variables';
/** Annotation (`"true"`) on a Deployment that no Service selects: a configuration that changes it may clone it. */
export const CLONE_CONSENT_ANNOTATION = 'riskified.com/clone';
/** Annotation on a clone: hash of the configuration that it runs with; absent: its base's own. */
export const CONFIGURATION_ANNOTATION = 'riskified.com/configuration';
/**
 * Annotation on a clone with such a configuration: the variables that it sets and removes, by the container's name (JSON). Absent: a
 * version before made the clone, or they are too many.
 */
export const CONFIGURED_ANNOTATION = 'riskified.com/configured-variables';
/** Annotation on a clone and its DestinationRules: the base Deployment as `<namespace>/<name>`. */
export const DEPLOYMENT_ANNOTATION = 'riskified.com/deployment';
/** Annotation on a clone: hash of its desired spec. It tells whether the last change has been applied. */
export const SPEC_ANNOTATION = 'riskified.com/spec-hash';
/** Annotation on an env's DestinationRule: the Service's fully qualified name. */
export const HOST_ANNOTATION = 'riskified.com/service-host';
/** Annotation: since when (RFC 3339) no route leads to this object. It is deleted after the drain time. */
export const DRAINING_ANNOTATION = 'riskified.com/draining-since';
/**
 * Label (`"true"`) on a Deployment: its consumers share their topics with those of envs, by the library that decides who handles a
 * message. Anybody who may write the Deployment sets it. Clones do not have it.
 */
export const EVENT_ROUTING_LABEL = 'riskified.com/event-routing';
/** Label on a Subscriber: hash of the base Deployment's namespace and name. Envs find others of their workloads by it. */
export const WORKLOAD_LABEL = 'riskified.com/workload';
/** Label on a Subscriber: its ref. */
export const REF_LABEL = 'riskified.com/ref';
/** Annotation on a clone with `events`: the incarnation that its pods have. */
export const INCARNATION_ANNOTATION = 'riskified.com/incarnation';
/** Annotation on a Subscriber: the first sync (RFC 3339) that saw the clone available with this incarnation. */
export const AVAILABLE_ANNOTATION = 'riskified.com/available-since';
/** Annotation on a Subscriber: the first sync (RFC 3339) that saw it Leaving. */
export const LEAVING_ANNOTATION = 'riskified.com/leaving-since';
/** Annotation that only makes the desired object differ, so that server-side apply writes it again. */
export const REPAIR_ANNOTATION = 'riskified.com/repair';
/** Header of responses from a clone: the clone's name. */
export const RESPONSE_HEADER = 'x-dynamic-env';

/** Metacontroller's selector label (generateSelector). */
export const CONTROLLER_UID_LABEL = 'controller-uid';
/**
 * Annotation with the name of a DecoratorController, by which it recognizes its attachments, in addition to the owner
 * reference.
 */
export const DECORATOR_ANNOTATION = 'metacontroller.k8s.io/decorator-controller';
/** Annotation with the configuration that Metacontroller last applied, in dynamic-apply mode only. */
export const LAST_APPLIED_ANNOTATION = 'metacontroller.k8s.io/last-applied-configuration';

/**
 * Argo Rollouts sets it on the Services that it manages (https://argo-rollouts.readthedocs.io). The Rollout kind may
 * not exist in this cluster.
 */
export const ROLLOUT_ANNOTATION = 'argo-rollouts.argoproj.io/managed-by-rollouts';

export function isTrue(value: string | undefined): boolean {
  return value === 'true';
}

/** The label key of an env. `env`: the env's name. */
export function envLabel(env: string): string {
  return `${ENV_LABEL_PREFIX}${envId(env)}`;
}
