import type { IstioMatch } from '../../../src/api/dynamicenv.ts';
import {
  evaluate,
  type HostRequest,
  type Mesh,
  type Outcome,
  type ReachedDestination,
} from '../../../src/istio/evaluate.ts';
import type { DestinationRule, HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import type { Service } from '../../../src/k8s/workload.ts';
import { type EnvName, envOfSubset } from './env-choice.ts';
import { cloneOf, clonesOf, fullName, type Mirror, ofKind } from './mirror.ts';
import { REQUESTS, requestText, satisfies } from './requests.ts';

export function meshOf(mirror: Mirror): Mesh {
  return {
    clusterDomain: 'cluster.local',
    virtualServices: ofKind<VirtualService>(mirror, 'VirtualService'),
    destinationRules: ofKind<DestinationRule>(mirror, 'DestinationRule'),
    services: ofKind<Service>(mirror, 'Service').map(({ metadata, spec }) => ({
      host: fullName(metadata.name, metadata.namespace),
      namespace: metadata.namespace ?? '',
      selector: spec?.selector ?? {},
    })),
  };
}

/** The injected route that takes a request, if any, and the user's route from which it was copied. */
function takenBy(outcome: Outcome, mesh: Mesh): { ours: HTTPRoute; base: HTTPRoute } | undefined {
  if (!('hit' in outcome) || outcome.hit === undefined) return undefined;
  const { virtualService, routeIndex } = outcome.hit;
  const owner = mesh.virtualServices.find(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}` === virtualService,
  );
  const [ours, ...behind] = (owner?.spec.http ?? []).slice(routeIndex);
  if (cloneOf(ours) === undefined) return undefined;
  const base = behind.find((route) => cloneOf(route) === undefined) ?? {};
  return ours && { ours, base };
}

/** The clones to which an injected route sends this request; empty when no injected route takes it. */
export function takenTo(outcome: Outcome, mesh: Mesh): string[] {
  return clonesOf(takenBy(outcome, mesh)?.ours);
}

export interface RoutingRules {
  /** Current and former matches of an env. */
  matches(env: EnvName): readonly IstioMatch[];
  /** True if somebody deleted parts of this env by hand, or forced its removal. Its requests may then fail. */
  isExempt(env: EnvName): boolean;
}

/**
 * A request that an injected route takes must reach an existing clone, whose env has a match for the request. Returns
 * the violations.
 */
export function misroutings(mirror: Mirror, rules: RoutingRules): string[] {
  const mesh = meshOf(mirror);
  const ours = mesh.virtualServices.some(({ spec }) => spec.http?.some(cloneOf));
  if (!ours) return [];
  return REQUESTS.flatMap((request) => {
    const outcome = evaluate(request, mesh);
    const taken = takenBy(outcome, mesh);
    if (taken === undefined) return [];
    const problem = judge(request, outcome, taken, mirror, rules);
    return problem === undefined ? [] : [`${requestText(request)}: ${problem}`];
  });
}

function judge(
  request: HostRequest,
  outcome: Outcome,
  { ours, base }: { ours: HTTPRoute; base: HTTPRoute },
  mirror: Mirror,
  rules: RoutingRules,
): string | undefined {
  if (outcome.kind !== 'destinations') return `our route answers with ${outcome.kind}`;
  const isUsers = ({ subset }: ReachedDestination) =>
    base.route?.some(({ destination }) => destination.subset === subset);
  const reached = outcome.destinations.filter((one) => !isUsers(one));
  const envs = new Set(reached.map(({ subset }) => envOfSubset(subset ?? '')));
  const [env, ...others] = envs;
  if (env === undefined || others.length > 0) {
    return `our route leads to ${JSON.stringify(outcome.destinations)}`;
  }
  if (!rules.matches(env).some((match) => satisfies(request, match))) {
    return `taken by env ${env}, none of whose matches it has`;
  }
  if (rules.isExempt(env)) return undefined;
  // A user may delete a Service, or change it so that it selects none of our pods. Its requests fail then in any case.
  const lost = reached.find(({ unavailable }) => unavailable === 'no-subset');
  if (lost !== undefined) {
    return `sent to ${lost.host} ${lost.subset}, which no DestinationRule defines`;
  }
  const gone = clonesOf(ours).find((clone) => !mirror.has(`Deployment shop/${clone}`));
  return gone === undefined ? undefined : `sent to ${gone}, which is gone`;
}
