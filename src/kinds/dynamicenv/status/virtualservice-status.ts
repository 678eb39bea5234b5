import type { LifeCycle, ResourceStatus } from '../../../api/dynamicenv.ts';
import { envLabel } from '../../../api/marks.ts';
import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { HTTPRoute, VirtualService } from '../../../istio/types.ts';
import { jsonEqual } from '../../../k8s/canonical.ts';
import { delegateLosses } from '../../../virtualservice/injections/delegate-loss.ts';
import { isAbout } from '../../../virtualservice/injections/notes-about.ts';
import { planned } from '../../../virtualservice/injections/planned.ts';
import { type PlanNote, planOf } from '../../../virtualservice/routes/plan-codec.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import { ownerOf, routesOn, routesWanted } from '../plan/routes-seen.ts';
import type { StatusContext } from './context.ts';
import { missingRule } from './rule-status.ts';

/** At most this many losses are named for one VirtualService: each root and each route may have its own. */
const MAX_LOSSES = 3;

export function virtualServiceStatus(
  virtualService: VirtualService,
  host: HostPlan,
  own: RouteInjection | undefined,
  context: StatusContext,
): ResourceStatus {
  const { injection } = host;
  const { name, namespace = '' } = virtualService.metadata;
  const notes = notesOf(virtualService, injection).filter(({ state }) => state !== 'unguarded');
  const status = lifeCycle({
    wanted: routesWanted(virtualService, injection, context.config, context.sentBytes),
    present: routesOn(virtualService, ownerOf(injection), context.config),
    subsets: subsetsOf(host),
    isActive: own?.spec.active === true,
    hasNoRoom: hasNoRoom(virtualService, notes, context),
    hasRule: host.rules.length > 0 || host.isRuleless === true,
  });
  // If the base has no subset, the problem is the rule.
  const isUnruled = injection.spec.from.length === 0 && !host.isRuleless;
  if (status === 'ignored-missing-destination-rule' || isUnruled) {
    return { name, namespace, status, message: missingRule(host) };
  }
  // The routes are in place, but they lead to the target before.
  if (host.held !== undefined && status === 'running') {
    return { name, namespace, status: 'updating', message: host.held };
  }
  const noted = [
    ...notes.map(({ message }) => message),
    ...losses(virtualService, host, context),
  ].join('; ');
  const message = messageOf(status, noted, own, virtualService);
  return { name, namespace, status, ...(message === '' ? {} : { message }) };
}

/** Only roots that are for one of the env's hosts, or have routes to one, carry the env's label and are seen here. */
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

/** The env's subsets in the rules of a host: whichever of them a route names, the clone answers. */
function subsetsOf({ rules }: HostPlan): ReadonlySet<string> {
  return new Set(rules.flatMap(({ spec }) => (spec.subsets ?? []).map(({ name }) => name)));
}

/** The route, with the same name for all of these subsets. */
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

/** Were the routes too large? The note that says so may have been too large itself; the label always fits. */
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
  noted: string,
  own: RouteInjection | undefined,
  virtualService: VirtualService,
): string {
  if (status === 'ignored-missing-virtual-service') {
    return noted || 'it can carry no routes for this env';
  }
  if (status !== 'initializing' && status !== 'updating') return noted;
  return own?.spec.active ? waiting(virtualService, noted) : noted;
}

function waiting(virtualService: VirtualService, noted: string): string {
  const attempts = planOf(virtualService)?.attempt ?? 0;
  if (attempts === 0) return noted || 'waiting for the routes';
  return `asked ${attempts} times for the routes; check that the admission webhook is reachable, and that --metacontroller-user is the user that Metacontroller writes as`;
}

export function notesOf(
  virtualService: VirtualService,
  injection: RouteInjection,
): (PlanNote & { virtualService: string })[] {
  const { namespace, name } = virtualService.metadata;
  return (planOf(virtualService)?.notes ?? [])
    .filter((note) => isAbout(note, injection))
    .map((note) => ({ ...note, virtualService: `${namespace}/${name}` }));
}
