import type { LifeCycle, ResourceStatus } from '../../../api/dynamicenv.ts';
import { envLabel } from '../../../api/marks.ts';
import { isLeaving, type RouteInjection } from '../../../api/routeinjection.ts';
import type { DestinationRule, HTTPRoute, VirtualService } from '../../../istio/types.ts';
import { jsonEqual } from '../../../k8s/canonical.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import { lastWritten } from '../../../k8s/written.ts';
import { delegateLosses } from '../../../virtualservice/injections/delegate-loss.ts';
import { planned } from '../../../virtualservice/injections/planned.ts';
import { isAbout, isFullyShadowed } from '../../../virtualservice/injections/states.ts';
import { type PlanNote, planOf } from '../../../virtualservice/routes/plan-codec.ts';
import { baseKeyOf, childKey, injectionBaseKey, isBeingDeleted, sameObject } from '../observed.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import { ownerOf, routesOn, routesWanted } from '../plan/routes-seen.ts';
import type { StatusContext } from './context.ts';
import { carriersOf, deciderOf, missingVirtualService } from './virtualservices-of.ts';

/** Seconds after which something that was asked for and is not there is worth a word. */
const PATIENCE_SECONDS = 10;

/** So many are told of one VirtualService: each root and each route may have its own. */
const MAX_LOSSES = 3;

/** How one Service host of a subset stands. */
export interface HostStatus {
  rules: ResourceStatus[];
  virtualServices: ResourceStatus[];
  notes: (PlanNote & { virtualService: string })[];
  /** A DestinationRule and a VirtualService with our routes exist. */
  isComplete: boolean;
  /** No VirtualService that decides about the host has been found, and there was time to find one. */
  isUnrouted: boolean;
  /** One that sends its requests elsewhere (`namespace/name`): they meet neither the base's pods nor the clone's. */
  decidedBy?: string;
  /** None has been found yet, and there was no time to. */
  isLooking: boolean;
  /** Our routes are there, but other envs' routes before them take every request. */
  isShadowed: boolean;
  /** Another workload of the env has the copies that this one would have, by the same subset of the base's. */
  isTaken?: boolean;
  /** Requests will not reach the clone by this host, however long one waits. */
  isHopeless: boolean;
  /** Seconds until this may be told otherwise without anything else that happens. */
  waits: number[];
}

export function hostStatus(host: HostPlan, context: StatusContext): HostStatus {
  const { injection } = host;
  const concerned = carriersOf(host.host, context);
  const own = context.observed.injections.find((candidate) => sameObject(candidate, injection));
  const patience = searchTime(own, context);
  const ruleTime = comingTime(host, context);
  const rules = ruleStatuses(host, ruleTime, context);
  const virtualServices = concerned.map((candidate) =>
    virtualServiceStatus(candidate, host, own, context),
  );
  const isFound = concerned.length > 0;
  const isUnrouted = !isFound && patience === 0;
  const decider = deciderOf(host.host, context);
  const hasRule = rules.some(({ status }) => status === 'running');
  const carrying = concerned.filter((_, index) => isCarrying(virtualServices[index]));
  const isBehind = (candidate: VirtualService) =>
    isFullyShadowed(injection, notesOf(candidate, injection));
  const effective = carrying.filter((candidate) => !isBehind(candidate));
  const isShadowed = carrying.length > 0 && effective.length === 0;
  const isIgnored =
    isFound && virtualServices.every(({ status }) => status === 'ignored-missing-virtual-service');
  return {
    rules,
    virtualServices: isUnrouted ? [missingVirtualService(host, decider, context)] : virtualServices,
    notes: concerned.flatMap((candidate) => notesOf(candidate, injection)),
    isComplete: hasRule && effective.length > 0,
    isUnrouted,
    ...(isUnrouted && decider !== undefined ? { decidedBy: decider } : {}),
    isLooking: !isFound && !isUnrouted,
    isShadowed,
    ...taken(isIgnored ? concerned.filter(isBehind) : []),
    isHopeless: host.rules.length === 0 || isUnrouted || isIgnored || isShadowed,
    waits: [
      ...(isFound ? [] : [patience]),
      ...(rules.some(({ status }) => status === 'initializing') ? [ruleTime] : []),
    ].filter((wait) => wait !== undefined),
  };
}

/** Behind another env there would be routes nevertheless. */
function taken(withoutRoutes: readonly VirtualService[]): Pick<HostStatus, 'isTaken'> {
  return withoutRoutes.length > 0 ? { isTaken: true } : {};
}

/**
 * Seconds until a VirtualService should have been found, since the injection asked for what it asks now: before, it may
 * have been on its way out, and forgotten there. Undefined: it does not ask yet.
 */
function searchTime(own: RouteInjection | undefined, { now }: StatusContext): number | undefined {
  if (own === undefined || isLeaving(own)) return undefined;
  return secondsLeft(lastWritten(own) ?? own.metadata.creationTimestamp, PATIENCE_SECONDS, now);
}

/** Seconds until the DestinationRules should have come, which are made together with the clone. Undefined: it is not there. */
function comingTime({ injection }: HostPlan, { observed, now }: StatusContext): number | undefined {
  const clone = observed.deployments.find((own) => baseKeyOf(own) === injectionBaseKey(injection));
  const since = clone?.metadata.creationTimestamp;
  return since === undefined ? undefined : secondsLeft(since, PATIENCE_SECONDS, now);
}

function isCarrying(status: ResourceStatus | undefined): boolean {
  return status?.status === 'running' || status?.status === 'updating';
}

function ruleStatuses(
  host: HostPlan,
  seconds: number | undefined,
  context: StatusContext,
): ResourceStatus[] {
  if (host.rules.length === 0) {
    return [
      {
        name: host.service,
        namespace: host.namespace,
        status: 'ignored-missing-destination-rule',
        message: missingRule(host),
      },
    ];
  }
  return host.rules.map((rule) => {
    const { name, namespace = '' } = rule.metadata;
    const own = context.observed.rules.find((candidate) => sameObject(candidate, rule));
    if (own === undefined) return comingRule(rule, seconds);
    const isRemoved = isBeingDeleted(own) || context.leaving.has(childKey(own));
    return { name, namespace, status: isRemoved ? 'removing' : 'running' };
  });
}

/** Creation is silently given up, or taken for done, where something of that name exists already. */
function comingRule(
  { metadata: { name, namespace = '' } }: DestinationRule,
  seconds: number | undefined,
): ResourceStatus {
  if (seconds !== 0) {
    return { name, namespace, status: 'initializing' };
  }
  const message = `DestinationRule ${namespace}/${name} was asked for and is not there; if one of that name is, such as one that an env left behind, it is not this env's: delete it`;
  return { name, namespace, status: 'missing', message };
}

function missingRule({ host, harmful, missing }: HostPlan): string {
  if (harmful.length > 0)
    return `the DestinationRule of ${host} cannot be cloned; see subsetErrors`;
  return missing ?? `no DestinationRule of ${host} has a subset with the base's version label`;
}

function virtualServiceStatus(
  virtualService: VirtualService,
  host: HostPlan,
  own: RouteInjection | undefined,
  context: StatusContext,
): ResourceStatus {
  const { injection } = host;
  const { name, namespace = '' } = virtualService.metadata;
  const notes = notesOf(virtualService, injection).filter(({ state }) => state !== 'unguarded');
  const status = lifeCycle({
    wanted: routesWanted(virtualService, injection, context.config),
    present: routesOn(virtualService, ownerOf(injection), context.config),
    subsets: subsetsOf(host),
    isActive: own?.spec.active === true,
    hasNoRoom: hasNoRoom(virtualService, notes, context),
    hasRule: host.rules.length > 0,
  });
  // Without a subset to copy from, the rule is what is missing.
  if (status === 'ignored-missing-destination-rule' || injection.spec.from.length === 0) {
    return { name, namespace, status, message: missingRule(host) };
  }
  const told = [
    ...notes.map(({ message }) => message),
    ...losses(virtualService, host, context),
  ].join('; ');
  const message = messageOf(status, told, own, virtualService);
  return { name, namespace, status, ...(message === '' ? {} : { message }) };
}

/** A root is seen only if it is for one of the env's hosts, or has routes to one: only then does it carry the env's label. */
function losses(
  virtualService: VirtualService,
  { injection }: HostPlan,
  { view, config }: StatusContext,
): string[] {
  const plan = planned(injection);
  const found =
    plan === undefined ? [] : delegateLosses(virtualService, view.virtualServices(), plan, config);
  return found.slice(0, MAX_LOSSES);
}

function lifeCycle(facts: {
  wanted: HTTPRoute[];
  present: HTTPRoute[];
  subsets: ReadonlySet<string>;
  isActive: boolean;
  hasNoRoom: boolean;
  hasRule: boolean;
}): LifeCycle {
  const { wanted, present, subsets, isActive, hasNoRoom, hasRule } = facts;
  if (present.length > 0 && (!isActive || wanted.length === 0)) return 'removing';
  if (wanted.length === 0) return 'ignored-missing-virtual-service';
  // A route to a subset that does not exist is a 503.
  if (!hasRule) return 'ignored-missing-destination-rule';
  if (jsonEqual(wanted.map(anySubset(subsets)), present.map(anySubset(subsets)))) return 'running';
  if (hasNoRoom) return 'ignored-missing-virtual-service';
  return present.length > 0 ? 'updating' : 'initializing';
}

/** The env's subsets that the rules of a host have now: whichever of them a route names, the clone answers. */
function subsetsOf({ rules }: HostPlan): ReadonlySet<string> {
  return new Set(rules.flatMap(({ spec }) => (spec.subsets ?? []).map(({ name }) => name)));
}

/** A route without the difference that one of these subsets makes. */
function anySubset(subsets: ReadonlySet<string>) {
  return (route: HTTPRoute): HTTPRoute => ({
    ...route,
    route: (route.route ?? []).map((target) =>
      subsets.has(target.destination?.subset ?? '')
        ? { ...target, destination: { ...target.destination, subset: '' } }
        : target,
    ),
  });
}

/** Did the routes not fit? The note that says so may not have fitted, either; the label always does. */
function hasNoRoom(
  { metadata }: VirtualService,
  notes: readonly PlanNote[],
  { env }: StatusContext,
): boolean {
  if (notes.length > 0) return notes.some(({ state }) => state === 'too-large');
  return metadata.labels?.[envLabel(env.metadata.name)] === 'too-large';
}

function messageOf(
  status: LifeCycle,
  told: string,
  own: RouteInjection | undefined,
  virtualService: VirtualService,
): string {
  if (status === 'ignored-missing-virtual-service') {
    return told || 'it can carry no routes for this env';
  }
  if (status !== 'initializing' && status !== 'updating') return told;
  return own?.spec.active ? waiting(virtualService, told) : told;
}

function waiting(virtualService: VirtualService, told: string): string {
  const attempts = planOf(virtualService)?.attempt ?? 0;
  if (attempts === 0) return told || 'waiting for the routes';
  return `asked ${attempts} times for the routes; is the admission webhook reachable, and is --metacontroller-user the name that Metacontroller writes with?`;
}

function notesOf(
  virtualService: VirtualService,
  injection: RouteInjection,
): (PlanNote & { virtualService: string })[] {
  const { namespace, name } = virtualService.metadata;
  return (planOf(virtualService)?.notes ?? [])
    .filter((note) => isAbout(note, injection))
    .map((note) => ({ ...note, virtualService: `${namespace}/${name}` }));
}
