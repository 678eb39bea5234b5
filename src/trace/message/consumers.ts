import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { ENVS_ANNOTATION } from '../../api/marks.ts';
import type { Subscriber } from '../../api/subscriber.ts';
import { byText } from '../../k8s/canonical.ts';
import type { Deployment } from '../../k8s/workload.ts';
import { cloneName } from '../../kinds/dynamicenv/plan/names.ts';
import type { Carried } from '../../refs/carried.ts';
import { envOfObject } from '../env-object.ts';
import { workloadOf } from '../workloads.ts';
import { decideForRef, decideForStable, refFor } from './decide.ts';
import type { Consumer } from './types.ts';

/** What a message for one workload meets. */
export interface Scene {
  base: Deployment;
  /** Of the base's namespace. */
  deployments: readonly Deployment[];
  /** Of this workload, sorted by ref. */
  subscribers: readonly Subscriber[];
  envs: readonly DynamicEnv[];
  /** Why the base's pods do not decide, but handle everything; absent: they decide. */
  plain?: string;
}

/** The base's consumer first, then those of envs by their ref, then clones that compete. */
export function consumersOf(scene: Scene, route: Carried): Consumer[] {
  const { base, subscribers } = scene;
  const live = subscribers.filter((one) => isLive(one)).map(({ spec }) => spec);
  const { action, why } =
    scene.plain === undefined
      ? decideForStable(route, live)
      : { action: 'handle' as const, why: scene.plain };
  return [
    { deployment: nameOf(base), ...podsOf(base), action, why },
    ...subscribers.map((one) => envConsumer(one, scene, route)),
    ...competitors(scene),
  ];
}

/** As the feed tells it. */
function isLive({ metadata, spec }: Subscriber): boolean {
  return spec.phase === 'Live' && metadata.deletionTimestamp === undefined;
}

function envConsumer(one: Subscriber, { base, deployments }: Scene, route: Carried): Consumer {
  const { metadata, spec } = one;
  const { ref, phase, incarnation, services } = spec;
  const env = metadata.annotations?.[ENVS_ANNOTATION] ?? '(unknown)';
  const name = cloneName(base.metadata.name, env);
  const clone = deployments.find((deployment) => deployment.metadata.name === name);
  const messageRef = refFor(route, services);
  return {
    deployment: `${base.metadata.namespace}/${name}`,
    env,
    subscriber: {
      name: metadata.name,
      ...{ ref, phase, incarnation, services },
      ...(messageRef === undefined ? {} : { messageRef }),
      isBeingDeleted: metadata.deletionTimestamp !== undefined,
    },
    ...(clone === undefined ? { pods: { ready: 0, wanted: 0 } } : podsOf(clone)),
    ...decideForRef(route, spec),
  };
}

/** Clones without a Subscriber consume in the base's group, if their image consumes. */
function competitors({ base, deployments, subscribers, envs }: Scene): Consumer[] {
  const known = subscribers.map(({ metadata }) => metadata.annotations?.[ENVS_ANNOTATION]);
  const names = envs.map(({ metadata }) => metadata.name).filter((env) => !known.includes(env));
  return names.sort(byText).flatMap((env) => {
    const clone = deployments.find((one) => {
      return one.metadata.name === cloneName(base.metadata.name, env) && envOfObject(one) === env;
    });
    if (clone === undefined) return [];
    const why =
      "this clone is without events, so it consumes in the base's group: it takes messages of everybody, at random";
    return [{ deployment: nameOf(clone), env, ...podsOf(clone), action: 'compete', why }];
  });
}

function podsOf(deployment: Deployment): Pick<Consumer, 'pods'> {
  const { ready, replicas } = workloadOf(deployment) ?? {};
  return ready === undefined || replicas === undefined ? {} : { pods: { ready, wanted: replicas } };
}

function nameOf({ metadata }: Deployment): string {
  return `${metadata.namespace}/${metadata.name}`;
}
