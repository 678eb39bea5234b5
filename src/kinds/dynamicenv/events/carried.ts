import { INCARNATION_ANNOTATION } from '../../../api/marks.ts';
import type { SubscriberSpec } from '../../../api/subscriber.ts';
import { type Container, type Deployment, isRolledOut } from '../../../k8s/workload.ts';
import { isBeingDeleted } from '../observed.ts';
import { INCARNATION, REF, SERVICES, variable, WORKLOAD } from './variables.ts';

const HEX = /^[0-9a-f]{10}$/;

/** What a clone's pods were told, from which a lost Subscriber is made again. Absent members: somebody edited them away. */
export interface Carried extends Partial<Pick<SubscriberSpec, 'workload' | 'ref' | 'services'>> {
  incarnation: string;
}

/**
 * The incarnation of a clone with `events`; undefined: it has none. Our mark decides, since a base may have the same variables for
 * any reason.
 */
export function carriedBy(clone: Deployment | undefined): Carried | undefined {
  const incarnation = clone?.metadata.annotations?.[INCARNATION_ANNOTATION];
  if (clone === undefined || incarnation === undefined || !HEX.test(incarnation)) return undefined;
  const env = listening(clone, incarnation)?.env;
  const workload = variable(env, WORKLOAD)?.value;
  const ref = variable(env, REF)?.value;
  const services = variable(env, SERVICES)?.value?.split(',');
  return {
    incarnation,
    ...(workload === undefined ? {} : { workload }),
    ...(ref === undefined ? {} : { ref }),
    ...(services === undefined ? {} : { services }),
  };
}

/** Have all consumers of this incarnation a fork of every topic? All of its pods are of this incarnation, and enough of them started. */
export function isForked(clone: Deployment | undefined, incarnation: string): boolean {
  if (clone === undefined || isBeingDeleted(clone)) return false;
  const listener = listening(clone, incarnation);
  return listener?.startupProbe?.httpGet?.path === '/started' && isRolledOut(clone);
}

/** Can a pod of the clone handle the rest of its messages? */
export function hasPods({ status }: Deployment): boolean {
  return (status?.availableReplicas ?? 0) > 0;
}

function listening({ spec }: Deployment, incarnation: string): Container | undefined {
  return (spec.template.spec?.containers ?? []).find(
    ({ env }) => variable(env, INCARNATION)?.value === incarnation,
  );
}
