import { envId, withHash } from '../../../api/env-id.ts';
import {
  API_VERSION,
  DYNAMIC_ENV_LABEL,
  ENVS_ANNOTATION,
  REF_LABEL,
  WORKLOAD_LABEL,
} from '../../../api/marks.ts';
import type { Subscriber, SubscriberSpec } from '../../../api/subscriber.ts';
import { hash10 } from '../../../k8s/hash.ts';
import type { Observed } from '../observed.ts';

const MAX_NAME = 253;

/** Of the label by which envs find others of their workloads. `workload`: `<namespace>/<name>`. */
export function workloadHash(workload: string): string {
  return hash10(...workload.split('/'));
}

export function subscriberName(env: string, workload: string): string {
  return withHash(envId(env), workloadHash(workload), MAX_NAME);
}

/** A Subscriber without any of the times that are noted on it. `env`: the env's name. */
export function subscriberOf(env: string, spec: SubscriberSpec): Subscriber {
  return {
    apiVersion: API_VERSION,
    kind: 'Subscriber',
    metadata: {
      name: subscriberName(env, spec.workload),
      labels: {
        [WORKLOAD_LABEL]: workloadHash(spec.workload),
        [REF_LABEL]: spec.ref,
        [DYNAMIC_ENV_LABEL]: 'true',
      },
      annotations: { [ENVS_ANNOTATION]: env },
    },
    spec,
  };
}

/** The env's Subscriber of a workload. */
export function subscriberFor(
  env: string,
  workload: string,
  { subscribers = [] }: Pick<Observed, 'subscribers'>,
): Subscriber | undefined {
  const name = subscriberName(env, workload);
  return subscribers.find((own) => own.metadata.name === name);
}

/** Of an env's consumers that begin now. It never comes again, so their consumer groups are empty at first. */
export function newIncarnation(uid: string | undefined, workload: string, now: Date): string {
  return hash10(uid ?? '', workload, now.toISOString());
}
