import type { V1PodSpec } from '@kubernetes/client-node';
import type { EventsOptions } from '../../../api/dynamicenv.ts';
import { INCARNATION_ANNOTATION, SPEC_ANNOTATION } from '../../../api/marks.ts';
import type { SubscriberSpec } from '../../../api/subscriber.ts';
import { canonicalJson } from '../../../k8s/canonical.ts';
import { hash10 } from '../../../k8s/hash.ts';
import type { Container, Deployment, EnvVar } from '../../../k8s/workload.ts';
import {
  DRAIN_SECONDS,
  INCARNATION,
  listenerOf,
  PORT,
  REF,
  SERVICES,
  variable,
  WORKLOAD,
} from './variables.ts';

const DEFAULT_PORT = 9808;
const DEFAULT_DRAIN_SECONDS = 120;
/** Kubernetes' own default of `terminationGracePeriodSeconds`. */
const DEFAULT_GRACE_SECONDS = 30;
/** Seconds between the end of the drain and the kill: the application gets SIGTERM after the drain. */
const GRACE_MARGIN = 10;
/** A base with many consumers may take ten minutes until all of them have a fork of every topic. */
const STARTUP = { periodSeconds: 2, failureThreshold: 300 };
/**
 * The sidecar then starts before the application, and ends after it. A classic one is gone 5 s after SIGTERM, while messages are still handled:
 * https://istio.io/latest/docs/reference/config/annotations/#SidecarNativeSidecar
 */
const NATIVE_SIDECAR = 'sidecar.istio.io/nativeSidecar';

export interface EventsClone {
  deployment: Deployment;
  /** What of the base, or of the env's own overrides, is replaced. */
  replaced: string[];
}

/** The clone, with what its consumers need to handle the messages of the ref and to leave in order. */
export function withEvents(
  clone: Deployment,
  { workload, ref, incarnation, services }: Omit<SubscriberSpec, 'phase'>,
  options: EventsOptions,
): EventsClone {
  const { port = DEFAULT_PORT, drainSeconds = DEFAULT_DRAIN_SECONDS } = options;
  const { template } = clone.spec;
  const pod = template.spec;
  const listener = listenerOf(pod?.containers ?? []);
  if (pod === undefined || listener === undefined) return { deployment: clone, replaced: [] };
  const variables: EnvVar[] = [
    { name: WORKLOAD, value: workload },
    { name: REF, value: ref },
    { name: INCARNATION, value: incarnation },
    { name: SERVICES, value: services.join(',') },
    { name: PORT, value: String(port) },
    { name: DRAIN_SECONDS, value: String(drainSeconds) },
  ];
  const ownGrace = pod.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  const grace = Math.max(ownGrace, drainSeconds + GRACE_MARGIN);
  const annotations = { ...template.metadata?.annotations, [NATIVE_SIDECAR]: 'true' };
  const spec = {
    ...clone.spec,
    template: {
      ...template,
      metadata: { ...template.metadata, annotations },
      spec: {
        ...pod,
        terminationGracePeriodSeconds: grace,
        containers: pod.containers.map((one) =>
          one === listener ? listening(one, variables, port) : one,
        ),
      },
    },
  };
  const marks = {
    ...clone.metadata.annotations,
    [SPEC_ANNOTATION]: hash10(canonicalJson(spec)),
    [INCARNATION_ANNOTATION]: incarnation,
  };
  return {
    deployment: { ...clone, metadata: { ...clone.metadata, annotations: marks }, spec },
    replaced: [
      ...replacedIn(listener, variables),
      ...replacedOnPods(template.metadata?.annotations?.[NATIVE_SIDECAR], ownGrace, grace),
    ],
  };
}

/** Started: every topic is forked and assigned. Before SIGTERM: the rest of the messages is handled. */
function listening(container: Container, variables: readonly EnvVar[], port: number): Container {
  const names = variables.map(({ name }) => name);
  const others = (container.env ?? []).filter(({ name }) => !names.includes(name));
  return {
    ...container,
    env: [...variables, ...others],
    startupProbe: { httpGet: { path: '/started', port }, ...STARTUP },
    lifecycle: { ...container.lifecycle, preStop: { httpGet: { path: '/drain', port } } },
  };
}

function replacedIn(
  { name, env, startupProbe, lifecycle }: Container,
  variables: readonly EnvVar[],
): string[] {
  const changed = variables
    .filter((wanted) => {
      const own = variable(env, wanted.name);
      return own !== undefined && own.value !== wanted.value;
    })
    .map((wanted) => wanted.name);
  const parts = [
    ...(startupProbe === undefined ? [] : ['startupProbe']),
    ...(lifecycle?.preStop === undefined ? [] : ['lifecycle.preStop']),
    ...changed,
  ];
  return parts.length === 0
    ? []
    : [`replaced in container ${name} of the clone: ${parts.join(', ')}`];
}

/** Nobody chose the default grace: the API server writes it into every template. */
function replacedOnPods(sidecar: string | undefined, ownGrace: number, grace: number): string[] {
  const parts = [
    ...(sidecar === undefined || sidecar === 'true' ? [] : [`the annotation ${NATIVE_SIDECAR}`]),
    ...(ownGrace === DEFAULT_GRACE_SECONDS || ownGrace === grace
      ? []
      : [`terminationGracePeriodSeconds (${ownGrace}, now ${grace})`]),
  ];
  return parts.length === 0 ? [] : [`replaced on the clone's pods: ${parts.join(', ')}`];
}

/**
 * Why the library cannot have its port; undefined: it can. Whatever listens there instead might answer the startup probe, and messages would be
 * taken from the base before anybody handles them.
 */
export function portTaken(
  { spec }: Deployment,
  { port = DEFAULT_PORT }: EventsOptions,
): string | undefined {
  const owner = containersOf(spec.template.spec).find(({ ports }) =>
    (ports ?? []).some(({ containerPort }) => containerPort === port),
  );
  if (owner === undefined) return undefined;
  return `events.port: container ${owner.name} has the containerPort ${port}, and the library needs the port for itself; give events another port`;
}

function containersOf(pod: V1PodSpec | undefined): Container[] {
  return [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])];
}
