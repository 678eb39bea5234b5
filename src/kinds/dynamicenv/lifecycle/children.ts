import type { RouteInjection } from '../../../api/routeinjection.ts';
import { matchesOf } from '../../../api/selection.ts';
import { unreadableOf } from '../../../api/unreadable.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { matchesProblem } from '../../../virtualservice/injections/pair-problem.ts';
import { departingSubscribers, heldForMessages } from '../events/hold.ts';
import {
  allChildren,
  baseKeyOf,
  childKey,
  hostOf,
  keep,
  type Observed,
  sameObject,
} from '../observed.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';
import { type Activation, activation, activeEntries, isAskedFor } from './activation.ts';
import { leadingToAny } from './by-base.ts';
import {
  type Departure,
  type DepartureContext,
  deploymentDeparture,
  injectionDeparture,
  ruleDeparture,
} from './departure.ts';
import { repaired } from './repair.ts';

export interface LifecycleContext extends DepartureContext {
  settleSeconds: number;
}

export interface Children {
  children: KubeObject[];
  /** Seconds until something may be due. */
  waits: number[];
  /** `kind namespace/name` of every child that is being removed. */
  departing: ReadonlySet<string>;
}

/**
 * Everything the env is to own now: what its plans want, its entries, and what is being removed but must stay for a while.
 * `mayBegin`: injections that are not active may become active.
 */
export function decideChildren(
  plans: readonly WorkloadPlan[],
  context: LifecycleContext,
  entries: readonly RouteInjection[] = [],
  mayBegin = true,
): Children {
  const wanted = plans.map((plan) => wantedOf(plan, context, mayBegin));
  const ofWorkloads = wanted.flatMap(({ children }) => children);
  const staying = [
    ...ofWorkloads,
    ...activeEntries(entries, plans, ofWorkloads, context, mayBegin),
  ];
  const clonesAndRules = [
    ...departingDeployments(plans, context),
    ...departingRules(plans, context),
  ];
  const draining = clonesAndRules.flatMap(({ departure }) => departure.child ?? []);
  const all = [
    ...clonesAndRules,
    ...departingInjections(staying, draining, context),
    ...departingSubscribers(new Set(staying.map(childKey)), context),
  ];
  const observed = new Map(allChildren(context.observed).map((child) => [childKey(child), child]));
  return {
    children: [
      ...staying,
      ...all.flatMap(({ departure }) => (departure.child === undefined ? [] : [departure.child])),
    ].map((child) => repaired(child, observed.get(childKey(child)))),
    waits: [
      ...wanted.flatMap(({ waits }) => waits),
      ...all.flatMap(({ departure }) => departure.wait ?? []),
    ],
    departing: new Set(all.map(({ key }) => key)),
  };
}

function wantedOf(
  plan: WorkloadPlan,
  context: LifecycleContext,
  mayBegin: boolean,
): { children: KubeObject[]; waits: number[] } {
  const clone = plan.deployment === undefined || plan.recreate ? [] : [plan.deployment];
  const { subscriber, wait: joining } = plan.events ?? {};
  const hosts = plan.hosts.map((host) => {
    const { active, wait }: Activation =
      mayBegin || isAskedFor(host.injection, context.observed)
        ? activation(plan, host, context.observed, context)
        : { active: false };
    return {
      children: [...host.rules, injectionOf(host, active)],
      waits: [wait, host.wait].filter((one) => one !== undefined),
    };
  });
  return {
    children: [...clone, ...hosts.flatMap(({ children }) => children), ...listOf(subscriber)],
    waits: [...hosts.flatMap(({ waits }) => waits), ...listOf(joining)],
  };
}

function listOf<T>(one: T | undefined): T[] {
  return one === undefined ? [] : [one];
}

function injectionOf({ injection }: HostPlan, active: boolean): RouteInjection {
  return { ...injection, spec: { ...injection.spec, active } };
}

interface DepartingChild {
  key: string;
  departure: Departure;
}

function departingDeployments(
  plans: readonly WorkloadPlan[],
  context: DepartureContext,
): DepartingChild[] {
  return context.observed.deployments
    .filter((clone) => !plans.some((plan) => !plan.recreate && isFor(plan.deployment, clone)))
    .map((clone) => ({
      key: childKey(clone),
      departure: heldForMessages(clone, deploymentDeparture(clone, context), context),
    }));
}

function isFor(wanted: KubeObject | undefined, observed: KubeObject): boolean {
  return wanted !== undefined && sameObject(wanted, observed);
}

function departingRules(
  plans: readonly WorkloadPlan[],
  context: DepartureContext,
): DepartingChild[] {
  const hosts = plans.flatMap((plan) => plan.hosts.map((host) => ({ plan, host })));
  const wanted = new Set(hosts.flatMap(({ host }) => host.rules.map(childKey)));
  const present = new Set(context.observed.rules.map(childKey));
  return context.observed.rules
    .filter((rule) => !wanted.has(childKey(rule)))
    .map((rule) => {
      const same = hosts.find(
        ({ plan, host }) => plan.key === baseKeyOf(rule) && host.host === hostOf(rule),
      );
      const hasReplacement = same?.host.rules.some((own) => present.has(childKey(own))) ?? false;
      const isBarred = same?.host.harmful.some((own) => sameObject(own, rule)) ?? false;
      const isHarmful = isBarred || context.harmful.has(childKey(rule));
      return {
        key: childKey(rule),
        departure: ruleDeparture(rule, hasReplacement || isHarmful, context),
      };
    });
}

/** `staying`: all wanted children. `draining`: the departing clones and rules that still have to stay. */
function departingInjections(
  staying: readonly KubeObject[],
  draining: readonly KubeObject[],
  context: DepartureContext,
): DepartingChild[] {
  const wanted = new Set(staying.map(childKey));
  const isNeeded = leadingToAny(draining);
  return context.observed.injections
    .filter((injection) => !wanted.has(childKey(injection)))
    .map((injection) => ({
      key: childKey(injection),
      departure: injectionDeparture(injection, isNeeded(injection), context),
    }));
}

/** Children that another version of this system must have made: they stay as they are while the env lives. */
export function keptUnrecognized({ unrecognized = [] }: Observed): KubeObject[] {
  return unrecognized.map((child) => repaired(keep<KubeObject>(child), child));
}

/**
 * All children as they are, except those that harm others: the answer when nothing can be decided. An injection is deactivated if
 * no proxy may get its routes: a previous version, which checked less, may have made it. Children may have any shape.
 */
export function keepAll(observed: Observed, harmful: ReadonlySet<string>): KubeObject[] {
  const kept = allChildren(observed).filter((child) => !harmful.has(childKey(child)));
  return kept.map((child) => repaired(withdrawn(keep<KubeObject>(child), child), child));
}

function withdrawn(kept: KubeObject, child: KubeObject): KubeObject {
  if (child.kind !== 'RouteInjection') return kept;
  const { spec } = kept as RouteInjection;
  // One that cannot be read is never rendered.
  const all = [kept as RouteInjection, child as RouteInjection].filter(
    (one) => unreadableOf(one.kind, one) === undefined,
  );
  if (all.every((one) => matchesProblem(matchesOf(one.spec)) === undefined)) return kept;
  return { ...kept, spec: { ...spec, active: false } } as RouteInjection;
}
