import { envId, withHash } from '../../../api/env-id.ts';
import { entryKey } from '../../../api/route-name.ts';
import { hash10 } from '../../../k8s/hash.ts';

const MAX_CLONE = 63;
const MAX_NAME = 253;

/** Name of the clone of a Deployment, at most 63 characters: Kubernetes copies it into pods' host names. */
export function cloneName(deployment: string, env: string): string {
  const name = `${deployment}-${envId(env)}`;
  return name.length <= MAX_CLONE ? name : withHash(name, hash10(deployment, env), MAX_CLONE);
}

const HASHED = /-[0-9a-f]{10}$/;
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * Name of the subset of a clone: the clone's own name if that is a DNS-1123 label, as Istio requires (`validateSubsetName` in
 * `pkg/config/validation/validation.go`). A hash is added if the clone's name must be changed for that, and if `more` is given, which
 * distinguishes several subsets of one clone, or of clones of the same name. A name that already ends like a hash gets one, too, so
 * that two names are never equal.
 */
export function subsetName(clone: string, ...more: readonly string[]): string {
  const isPlain = clone.length <= MAX_CLONE && LABEL.test(clone) && !HASHED.test(clone);
  if (isPlain && more.length === 0) return clone;
  return withHash(clone.replace(/[^a-z0-9-]/g, '-'), hash10(clone, ...more), MAX_CLONE);
}

/** Does a name end like one that `subsetName` has changed? */
export function hasHash(name: string): boolean {
  return HASHED.test(name);
}

/** What a cloned DestinationRule or a RouteInjection belongs to. */
export interface Parts {
  env: string;
  /** Of the base Deployment. */
  namespace: string;
  deployment: string;
  /** The Service's fully qualified name. */
  host: string;
}

/** Name of the clone of a DestinationRule; `baseRule`: `<namespace>/<name>`. */
export function ruleName(parts: Parts, service: string, baseRule: string): string {
  const { env, namespace, deployment, host } = parts;
  const hash = hash10(env, namespace, deployment, host, baseRule);
  return withHash(`${deployment}-${envId(env)}-${service}`, hash, MAX_NAME);
}

export function injectionName({ env, namespace, deployment, host }: Parts): string {
  const hash = hash10(env, namespace, deployment, host);
  return withHash(`${envId(env)}-${deployment}`, hash, MAX_NAME);
}

/** Name of the RouteInjection of an entry. It does not depend on the env's Deployments, which may change. */
export function entryName(env: string, host: string): string {
  return withHash(`${envId(env)}-${host}`, hash10(env, entryKey(host)), MAX_NAME);
}
