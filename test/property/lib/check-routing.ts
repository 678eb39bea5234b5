import type { IstioMatch } from '../../../src/api/dynamicenv.ts';
import {
  evaluate,
  type HostRequest,
  type Mesh,
  type Outcome,
} from '../../../src/istio/evaluate.ts';
import type { DestinationRule, VirtualService } from '../../../src/istio/types.ts';
import type { Service } from '../../../src/k8s/workload.ts';
import { type EnvName, envOfSubset } from './env-choice.ts';
import { cloneOf, fullName, type Mirror, ofKind } from './mirror.ts';
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

/** The clone that one of our routes sends a request to, if one takes it. */
export function takenTo(outcome: Outcome, mesh: Mesh): string | undefined {
  if (!('hit' in outcome) || outcome.hit === undefined) return undefined;
  const { virtualService, routeIndex } = outcome.hit;
  const owner = mesh.virtualServices.find(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}` === virtualService,
  );
  return cloneOf(owner?.spec.http?.[routeIndex]);
}

export interface RoutingRules {
  /** Matches that an env has, or had at some time. */
  matches(env: EnvName): readonly IstioMatch[];
  /** Somebody has deleted parts of this env by hand, or asked not to wait: its own requests may fail. */
  isExempt(env: EnvName): boolean;
}

/** Where do requests go that one of our routes takes? Nowhere but to a living clone of an env that wants them. */
export function misroutings(mirror: Mirror, rules: RoutingRules): string[] {
  const mesh = meshOf(mirror);
  const ours = mesh.virtualServices.some(({ spec }) => spec.http?.some(cloneOf));
  if (!ours) return [];
  return REQUESTS.flatMap((request) => {
    const outcome = evaluate(request, mesh);
    const clone = takenTo(outcome, mesh);
    if (clone === undefined) return [];
    const problem = judge(request, outcome, clone, mirror, rules);
    return problem === undefined ? [] : [`${requestText(request)}: ${problem}`];
  });
}

function judge(
  request: HostRequest,
  outcome: Outcome,
  clone: string,
  mirror: Mirror,
  rules: RoutingRules,
): string | undefined {
  if (outcome.kind !== 'destinations') return `our route answers with ${outcome.kind}`;
  const [reached, ...others] = outcome.destinations;
  const env = envOfSubset(reached?.subset ?? '');
  if (reached === undefined || env === undefined || others.length > 0) {
    return `our route leads to ${JSON.stringify(outcome.destinations)}`;
  }
  if (!rules.matches(env).some((match) => satisfies(request, match))) {
    return `taken by env ${env}, none of whose matches it has`;
  }
  if (rules.isExempt(env)) return undefined;
  // The user may take their own Service away, or keep it from our pods: then nobody gets its requests.
  if (reached.unavailable === 'no-subset') {
    return `sent to ${reached.host} ${reached.subset}, which no DestinationRule defines`;
  }
  return mirror.has(`Deployment shop/${clone}`) ? undefined : `sent to ${clone}, which is gone`;
}
