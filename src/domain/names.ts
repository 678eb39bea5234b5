import { envId, withHash } from '../api/env-id.ts';
import { hash10 } from '../k8s/hash.ts';

const MAX_CLONE = 63;
const MAX_NAME = 253;

/** Name of the clone of a Deployment. 63 characters: Kubernetes copies it into pods' host names. */
export function cloneName(deployment: string, env: string): string {
  const name = `${deployment}-${envId(env)}`;
  return name.length <= MAX_CLONE ? name : withHash(name, hash10(deployment, env), MAX_CLONE);
}

/** What one DestinationRule clone or RouteInjection belongs to. */
export interface Parts {
  env: string;
  /** Of the base Deployment. */
  namespace: string;
  deployment: string;
  /** The Service's fully qualified name. */
  host: string;
}

/** Name of the clone of one DestinationRule (`<namespace>/<name>`). */
export function ruleName(parts: Parts, service: string, baseRule: string): string {
  const { env, namespace, deployment, host } = parts;
  const hash = hash10(env, namespace, deployment, host, baseRule);
  return withHash(`${deployment}-${envId(env)}-${service}`, hash, MAX_NAME);
}

export function injectionName({ env, namespace, deployment, host }: Parts): string {
  const hash = hash10(env, namespace, deployment, host);
  return withHash(`${envId(env)}-${deployment}`, hash, MAX_NAME);
}
