import type { ResourceStatus } from '../../../api/dynamicenv.ts';
import type { VirtualService } from '../../../istio/types.ts';
import { isFullyShadowed } from '../../../virtualservice/injections/notes-about.ts';
import type { PlanNote } from '../../../virtualservice/routes/plan-codec.ts';
import { sameObject } from '../observed.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import type { StatusContext } from './context.ts';
import { comingTime, searchTime } from './grace-period.ts';
import { ruleStatuses } from './rule-status.ts';
import { notesOf, virtualServiceStatus } from './virtualservice-status.ts';
import { carriersOf, deciderOf, missingVirtualService } from './virtualservices-of.ts';

/** The status of one Service host of a subset. */
export interface HostStatus {
  rules: ResourceStatus[];
  virtualServices: ResourceStatus[];
  notes: (PlanNote & { virtualService: string })[];
  /** A DestinationRule, if one is needed, and a VirtualService with our routes exist. */
  isComplete: boolean;
  /** No VirtualService that decides about the host was found in time. */
  isUnrouted: boolean;
  /** A VirtualService that sends the host's requests elsewhere (`namespace/name`): to neither the base's pods nor the clone's. */
  decidedBy?: string;
  /** None was found yet, and there is still time. */
  isLooking: boolean;
  /** Our routes exist, but other envs' routes before them take every request. */
  isShadowed: boolean;
  /** Another workload of the env has the copies that this one would have, because both bases are in the same subset. */
  isTaken?: boolean;
  /** Requests will never reach the clone by this host, unless somebody changes something. */
  isHopeless: boolean;
  /** Seconds until this status may change by itself. */
  waits: number[];
}

export function hostStatus(host: HostPlan, context: StatusContext): HostStatus {
  const { injection } = host;
  const concerned = carriersOf(host.host, context);
  const own = context.observed.injections.find((candidate) => sameObject(candidate, injection));
  const searchSeconds = searchTime(own, context);
  const ruleTime = comingTime(host, context);
  const rules = ruleStatuses(host, ruleTime, context);
  const virtualServices = concerned.map((candidate) =>
    virtualServiceStatus(candidate, host, own, context),
  );
  const isFound = concerned.length > 0;
  const isUnrouted = !isFound && searchSeconds === 0;
  const decider = deciderOf(host.host, context);
  const hasRule = hasItsRule(host, rules);
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
    isHopeless: isRuleMissing(host) || isUnrouted || isIgnored || isShadowed,
    waits: [
      ...(isFound ? [] : [searchSeconds]),
      ...(rules.some(({ status }) => status === 'initializing') ? [ruleTime] : []),
    ].filter((wait) => wait !== undefined),
  };
}

/** A DestinationRule exists, or none is needed. */
export function hasItsRule(host: HostPlan | undefined, rules: readonly ResourceStatus[]): boolean {
  return host?.isRuleless === true || rules.some(({ status }) => status === 'running');
}

function isRuleMissing({ rules, isRuleless }: HostPlan): boolean {
  return rules.length === 0 && isRuleless !== true;
}

/** An injection that another env shadows still gets routes. If it gets none, another workload of its own env has them. */
function taken(withoutRoutes: readonly VirtualService[]): Pick<HostStatus, 'isTaken'> {
  return withoutRoutes.length > 0 ? { isTaken: true } : {};
}

function isCarrying(status: ResourceStatus | undefined): boolean {
  return status?.status === 'running' || status?.status === 'updating';
}
