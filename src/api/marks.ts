import type { LabelSelector } from '../k8s/object.ts';
import { envId } from './env-id.ts';

/** Everything this system writes on objects to recognise them again. */

export const API_VERSION = 'riskified.com/v1alpha1';

/** Label (`"true"`) on clones, their pods and every other object made for an env. */
export const DYNAMIC_ENV_LABEL = 'dynamic-env';
/** Everybody's objects but those made for an env: the clones are many, and come as children anyway. */
export const NOT_OURS: LabelSelector = {
  matchExpressions: [{ key: DYNAMIC_ENV_LABEL, operator: 'DoesNotExist' }],
};
/** Label on a clone's pods: the clone's name. With the version label it tells them from all other pods of a Service. */
export const CLONE_LABEL = 'riskified.com/clone';
/** Annotation with the names of the envs, comma-separated, on everything made or amended. */
export const ENVS_ANNOTATION = 'riskified.com/dynamic-environment';
/** Annotation on a VirtualService: the routes it is to carry (JSON, see `virtualservice/plan-codec.ts`). */
export const PLAN_ANNOTATION = 'riskified.com/route-injections';
/** Label `env.riskified.com/<env>` on a VirtualService: an index for the env, with its worst state there, or `leaving`. */
export const ENV_LABEL_PREFIX = 'env.riskified.com/';
/** Label on a RouteInjection: hash of its host's fully qualified name. */
export const HOST_LABEL = 'riskified.com/host';
/** Label or annotation (`"true"`) with which anybody keeps routes out of a VirtualService. */
export const IGNORE_MARK = 'riskified.com/ignore';
/** Annotation (`"true"`) on a DynamicEnv: delete without waiting for routes to leave. */
export const FORCE_REMOVAL_ANNOTATION = 'riskified.com/force-removal';
/** Annotation `<namespace>/<name>` of the base Deployment, on the clone and its DestinationRules. */
export const DEPLOYMENT_ANNOTATION = 'riskified.com/deployment';
/** Annotation with a hash of a clone's spec as it was asked for: tells whether the last change has been applied. */
export const SPEC_ANNOTATION = 'riskified.com/spec-hash';
/** Annotation with the Service's fully qualified name, on a DestinationRule clone. */
export const HOST_ANNOTATION = 'riskified.com/service-host';
/** Annotation: since when (RFC 3339) no route leads to this object, so that it may go after the drain time. */
export const DRAINING_ANNOTATION = 'riskified.com/draining-since';
/** Annotation whose only use is to make the desired object differ, so that server-side apply writes it again. */
export const REPAIR_ANNOTATION = 'riskified.com/repair';
/** Response header on requests that a clone answered: the clone's name. */
export const RESPONSE_HEADER = 'x-dynamic-env';

/** Metacontroller's selector label (generateSelector). */
export const CONTROLLER_UID_LABEL = 'controller-uid';
/** By which a DecoratorController knows its attachments again (its name), beside their owner. */
export const DECORATOR_ANNOTATION = 'metacontroller.k8s.io/decorator-controller';
/** What Metacontroller last applied, in dynamic-apply mode only. */
export const LAST_APPLIED_ANNOTATION = 'metacontroller.k8s.io/last-applied-configuration';

/** Argo Rollouts marks the Services it manages (https://argo-rollouts.readthedocs.io); its own kind may not exist here. */
export const ROLLOUT_ANNOTATION = 'argo-rollouts.argoproj.io/managed-by-rollouts';

export function isTrue(value: string | undefined): boolean {
  return value === 'true';
}

/** The label of an env, by its name. */
export function envLabel(env: string): string {
  return `${ENV_LABEL_PREFIX}${envId(env)}`;
}
