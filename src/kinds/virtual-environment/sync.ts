import { FORCE_REMOVAL_ANNOTATION, isTrue } from '../../api/marks.ts';
import type {
  ServiceStatus,
  VirtualEnvironment,
  VirtualEnvironmentStatus,
} from '../../api/virtualenvironment.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { CompositeResponse, ObjectMap } from '../../hooks/types.ts';
import { byText } from '../../k8s/canonical.ts';
import { callersOf, valuesIn } from './callers.ts';
import { injectingFilter } from './envoy-filter.ts';
import { foreignObjects } from './foreign.ts';
import { subsetsByHost, subsetsOf } from './in-use.ts';
import { keepAll } from './kept.ts';
import { levelRules } from './level-rules.ts';
import { type Observed, observe, VIRTUAL_SERVICES } from './observed.ts';
import { olderThan } from './oldest.ts';
import { type NamespaceView, notSent, readNamespace, unreadableRefusal } from './read.ts';
import { decideService, leaveService, type OwnObjects, type ServiceContext } from './service.ts';
import { serviceVersions } from './service-versions.ts';
import type { VirtualEnvironmentSettings } from './settings.ts';
import {
  activeFindings,
  conflictedFindings,
  type Findings,
  readableStatus,
  refusedFindings,
  removalFindings,
  statusOf,
} from './status.ts';
import type { LevelRules } from './types.ts';

/** What Metacontroller sent. */
export interface VirtualEnvironmentRequest {
  parent: VirtualEnvironment;
  children: ObjectMap;
  related: ObjectMap;
}

export interface VirtualEnvironmentDecision extends CompositeResponse {
  status: VirtualEnvironmentStatus;
}

/** A wait of years would overflow Metacontroller's clock. */
const MAX_RESYNC_SECONDS = 3600;

/** `refusals`: why the spec cannot be acted on. A Refusal as answer: the request cannot be acted on, so nothing may change. */
export function syncVirtualEnvironment(
  request: VirtualEnvironmentRequest,
  refusals: readonly Refusal[],
  config: VirtualEnvironmentSettings,
  now: Date,
): VirtualEnvironmentDecision | Refusal {
  const { parent, children, related } = request;
  const observed = observe(parent, children, related);
  const unsafe = unreadableRefusal(observed);
  if (unsafe !== undefined) return unsafe;
  if (refusals.length > 0) {
    const findings = refusedFindings(refusals);
    // What is known of the Services is what the last good spec made of them.
    const status = statusOf(parent, findings, readableStatus(parent).services ?? [], now);
    return { status, children: [...keepAll(observed), ...observed.unrecognized] };
  }
  const view = readNamespace(related);
  if ('reason' in view) return view;
  const older = olderThan(parent, view.environments);
  if (older !== undefined) {
    const { rules } = levelRules(parent);
    const context = contextOf(parent, rules, observed, config, now);
    const { objects, waits } = leaveAll([...namesOf(observed)], observed, context);
    const findings = conflictedFindings(older.metadata.name, hasOwn(observed));
    return {
      status: statusOf(parent, findings, [], now),
      children: [...objects, ...observed.unrecognized],
      ...resync(waits),
    };
  }
  return activeAnswer(request, view, observed, config, now);
}

function activeAnswer(
  request: VirtualEnvironmentRequest,
  view: NamespaceView,
  observed: Observed,
  config: VirtualEnvironmentSettings,
  now: Date,
): VirtualEnvironmentDecision {
  const { parent } = request;
  const { rules, problems } = levelRules(parent);
  const { services: all, skipped } = serviceVersions(view.services, view.workloads, rules);
  const services = all.filter(({ versions }) => versions.length > 0);
  const context: ServiceContext = {
    ...contextOf(parent, rules, observed, config, now),
    callers: config.autoInjection === 'routes' ? callersOf(view, services, rules, problems) : [],
    withVersions: new Set(services.map(({ service }) => service.metadata.name)),
  };
  const foreign = foreignObjects(observed, context.namespace, config.clusterDomain);
  const decisions = services.map((found) => {
    const { name } = found.service.metadata;
    return decideService(found, ownOf(name, observed), foreign(name), context);
  });
  const names = new Set(decisions.map(({ status }) => status.name));
  const rest = [...namesOf(observed)].filter((name) => !names.has(name));
  const leaving = leaveAll(rest, observed, context);
  const findings: Findings = activeFindings(decisions, rest.length > 0, problems, rules.label);
  const told: ServiceStatus[] = [
    ...decisions.map(({ status }) => status),
    ...skipped.map(({ name, reason }) => ({ name, message: reason })),
  ];
  return {
    status: statusOf(parent, findings, told, now),
    children: [
      ...decisions.flatMap(({ children }) => children),
      ...leaving.objects,
      ...filtersFor(view, context),
      ...observed.unrecognized,
    ],
    ...resync([...decisions.map(({ wait }) => wait), ...leaving.waits]),
  };
}

/** A VirtualEnvironment that is being deleted: its objects leave in stages, and it goes when none of them is left. */
export function finalizeVirtualEnvironment(
  { parent, children, related }: VirtualEnvironmentRequest,
  config: VirtualEnvironmentSettings,
  now: Date,
): VirtualEnvironmentDecision | Refusal {
  const observed = observe(parent, children, related);
  if (hasOwn(observed)) {
    const missing = notSent(related, [VIRTUAL_SERVICES]);
    if (missing !== undefined) return missing;
  }
  // Only the Services' names count, whatever the spec says.
  const { rules } = levelRules({ ...parent, spec: {} });
  const isForced = isTrue(parent.metadata.annotations?.[FORCE_REMOVAL_ANNOTATION]);
  const unsafe = isForced ? undefined : unreadableRefusal(observed);
  if (unsafe !== undefined) return unsafe;
  const own = [...observed.own.virtualServices.values()];
  const ownNames = new Set(own.map(({ metadata }) => metadata.name));
  const others = isForced
    ? []
    : observed.routing.filter(({ metadata }) => !ownNames.has(metadata.name));
  const context: ServiceContext = {
    parent,
    namespace: parent.metadata.namespace ?? '',
    rules,
    callers: [],
    withVersions: new Set(),
    used: subsetsByHost([...own, ...others]),
    config,
    now,
  };
  const { objects, waits } = leaveAll([...namesOf(observed)], observed, context);
  const usedByOthers = subsetsByHost(others);
  const stuck = [...observed.own.rules].flatMap(([name, { spec }]) => {
    const host = { name, namespace: context.namespace, clusterDomain: config.clusterDomain };
    const used = subsetsOf(usedByOthers, host);
    return (spec.subsets ?? []).some((subset) => used.has(subset.name)) ? [name] : [];
  });
  const status = statusOf(parent, removalFindings(stuck.sort(byText)), [], now);
  // `kubectl delete --cascade=orphan`: the children stay, and without this answer the deletion hangs.
  if (parent.metadata.finalizers?.includes('orphan')) {
    return { status, children: keepAll(observed), finalized: true };
  }
  const isDone = !hasOwn(observed) && observed.unrecognized.length === 0;
  return { status, children: objects, finalized: isDone, ...(isDone ? {} : resync(waits)) };
}

function contextOf(
  parent: VirtualEnvironment,
  rules: LevelRules,
  { routing }: Observed,
  config: VirtualEnvironmentSettings,
  now: Date,
): ServiceContext {
  return {
    parent,
    namespace: parent.metadata.namespace ?? '',
    rules,
    callers: [],
    withVersions: new Set(),
    used: subsetsByHost(routing),
    config,
    now,
  };
}

/** The EnvoyFilters that inject the header; none where routes do it. They need no stages: without one, a request gets no header. */
function filtersFor(view: NamespaceView, { parent, namespace, rules, config }: ServiceContext) {
  if (!rules.autoInject || config.autoInjection !== 'envoy-filters') return [];
  const { header, label } = rules;
  const input = { owner: parent.metadata.name, namespace, header, label };
  return valuesIn(view, rules).map((value) => injectingFilter(value, input));
}

function leaveAll(names: readonly string[], observed: Observed, context: ServiceContext) {
  const decisions = names
    .toSorted(byText)
    .map((name) => leaveService(name, ownOf(name, observed), context));
  return {
    objects: decisions.flatMap(({ children }) => children),
    waits: decisions.map(({ wait }) => wait),
  };
}

function ownOf(name: string, { own }: Observed): OwnObjects {
  return { virtualService: own.virtualServices.get(name), rule: own.rules.get(name) };
}

/** Names of the Services for which there are own objects. */
function namesOf({ own }: Observed): Set<string> {
  return new Set([...own.virtualServices.keys(), ...own.rules.keys()]);
}

function hasOwn({ own, filters }: Observed): boolean {
  return own.virtualServices.size > 0 || own.rules.size > 0 || filters.length > 0;
}

function resync(waits: readonly (number | undefined)[]): { resyncAfterSeconds?: number } {
  const due = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
  return due.length === 0 ? {} : { resyncAfterSeconds: Math.min(...due, MAX_RESYNC_SECONDS) };
}
