import type { ResourceStatus } from '../../api/dynamicenv.ts';
import { envId } from '../../api/env-id.ts';
import { ENV_LABEL_PREFIX, PLAN_ANNOTATION } from '../../api/marks.ts';
import type { RouteInjection } from '../../api/routeinjection.ts';
import { liveHosts } from '../../istio/route-kinds.ts';
import type { VirtualService } from '../../istio/types.ts';
import { secondsLeft } from '../../k8s/time.ts';
import { type PlanNote, parsePlan } from '../../virtualservice/plan-codec.ts';
import { isAbout, isFullyShadowed } from '../../virtualservice/states.ts';
import { childKey } from '../children.ts';
import { isBeingDeleted, sameObject } from '../observed.ts';
import { carriers, ownerOf } from '../routes-seen.ts';
import type { HostPlan } from '../workload-plan.ts';
import type { StatusContext } from './context.ts';

/** Seconds after which a VirtualService that was asked to carry routes and does not is worth a word. */
export const PATIENCE_SECONDS = 10;

/** How one Service host of a subset stands. */
export interface HostStatus {
  rules: ResourceStatus[];
  virtualServices: ResourceStatus[];
  notes: (PlanNote & { virtualService: string })[];
  /** A DestinationRule and a VirtualService with our routes exist. */
  isComplete: boolean;
  /** No VirtualService that sends to the host has been found, and there was time to find one. */
  isUnrouted: boolean;
  /** Our routes are there, but other envs' routes before them take every request. */
  isShadowed: boolean;
  /** Something is still to come by itself. */
  isYoung: boolean;
}

export function hostStatus(host: HostPlan, context: StatusContext): HostStatus {
  const { injection } = host;
  const concerned = context.view
    .virtualServices()
    .filter((candidate) => liveHosts(candidate, context.config.clusterDomain).includes(host.host));
  const own = context.observed.injections.find((candidate) => sameObject(candidate, injection));
  const isAged =
    own !== undefined &&
    secondsLeft(own.metadata.creationTimestamp, PATIENCE_SECONDS, context.now) === 0;
  const rules = ruleStatuses(host, context);
  const virtualServices = concerned.map((candidate) =>
    virtualServiceStatus(candidate, injection, own, context),
  );
  const isUnrouted = concerned.length === 0 && isAged;
  const hasRule = rules.some(({ status }) => status === 'running');
  const carrying = concerned.filter((_, index) => virtualServices[index]?.status === 'running');
  const effective = carrying.filter(
    (candidate) => !isFullyShadowed(injection, notesOf(candidate, injection)),
  );
  return {
    rules,
    virtualServices: isUnrouted ? [missingVirtualService(host)] : virtualServices,
    notes: concerned.flatMap((candidate) => notesOf(candidate, injection)),
    isComplete: hasRule && effective.length > 0,
    isShadowed: carrying.length > 0 && effective.length === 0,
    isUnrouted,
    isYoung:
      (host.rules.length > 0 && !hasRule) ||
      (concerned.length === 0 && !isAged) ||
      virtualServices.some(({ status }) => status === 'initializing'),
  };
}

function ruleStatuses(host: HostPlan, context: StatusContext): ResourceStatus[] {
  if (host.rules.length === 0) {
    return [
      {
        name: host.service,
        namespace: host.namespace,
        status: 'ignored-missing-destination-rule',
        message: `no DestinationRule of ${host.host} has a subset with the base's version label`,
      },
    ];
  }
  return host.rules.map((rule) => {
    const { name, namespace = '' } = rule.metadata;
    const own = context.observed.rules.find((candidate) => sameObject(candidate, rule));
    if (own === undefined) return { name, namespace, status: 'initializing' };
    const isLeaving = isBeingDeleted(own) || context.leaving.has(childKey(own));
    return { name, namespace, status: isLeaving ? 'removing' : 'running' };
  });
}

function missingVirtualService(host: HostPlan): ResourceStatus {
  return {
    name: host.service,
    namespace: host.namespace,
    status: 'ignored-missing-virtual-service',
    message: `no VirtualService with a route to ${host.host} is marked for this env; if there is one, its marks may be refused: see --metacontroller-user`,
  };
}

function virtualServiceStatus(
  virtualService: VirtualService,
  injection: RouteInjection,
  own: RouteInjection | undefined,
  context: StatusContext,
): ResourceStatus {
  const { name, namespace = '' } = virtualService.metadata;
  const isCarrying = carriers([virtualService], ownerOf(injection)).length > 0;
  const told = notesOf(virtualService, injection).filter(({ state }) => state !== 'unguarded');
  const message = told.map((note) => note.message).join('; ');
  const withMessage = message === '' ? {} : { message };
  const isActive = own?.spec.active === true;
  if (isCarrying)
    return { name, namespace, status: isActive ? 'running' : 'removing', ...withMessage };
  const state =
    virtualService.metadata.labels?.[`${ENV_LABEL_PREFIX}${envId(context.env.metadata.name)}`];
  const isHopeless = told.some((note) => note.state !== 'shadowed') || state === 'too-large';
  if (isHopeless) {
    return {
      name,
      namespace,
      status: 'ignored-missing-virtual-service',
      message: message || `${state}`,
    };
  }
  if (!isActive) return { name, namespace, status: 'initializing', ...withMessage };
  return { name, namespace, status: 'initializing', message: waiting(virtualService, message) };
}

function waiting(virtualService: VirtualService, message: string): string {
  const attempts = parsePlan(virtualService.metadata.annotations?.[PLAN_ANNOTATION])?.attempt ?? 0;
  if (attempts === 0) return message || 'waiting for the routes';
  return `asked ${attempts} times for the routes; is the admission webhook reachable, and is --metacontroller-user the name that Metacontroller writes with?`;
}

function notesOf(
  virtualService: VirtualService,
  injection: RouteInjection,
): (PlanNote & { virtualService: string })[] {
  const { namespace, name } = virtualService.metadata;
  const plan = parsePlan(virtualService.metadata.annotations?.[PLAN_ANNOTATION]);
  return (plan?.notes ?? [])
    .filter((note) => isAbout(note, injection))
    .map((note) => ({ ...note, virtualService: `${namespace}/${name}` }));
}
