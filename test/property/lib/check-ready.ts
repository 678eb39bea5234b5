import type { DynamicEnv, IstioMatch } from '../../../src/api/dynamicenv.ts';
import { envId } from '../../../src/api/env-id.ts';
import {
  evaluate,
  type HostRequest,
  type Mesh,
  type Outcome,
} from '../../../src/istio/evaluate.ts';
import type { DestinationRule, HTTPMatchRequest, HTTPRoute } from '../../../src/istio/types.ts';
import { takenTo } from './check-routing.ts';
import { cloneOf, fullName, type Mirror, ofKind } from './mirror.ts';
import { REQUESTS, requestText, satisfies } from './requests.ts';

/** The same mesh without our routes: where requests go without envs. */
export function withoutOurs(mesh: Mesh): Mesh {
  const virtualServices = mesh.virtualServices.map((owner) => ({
    ...owner,
    spec: {
      ...owner.spec,
      http: (owner.spec.http ?? []).filter((route) => cloneOf(route) === undefined),
    },
  }));
  return { ...mesh, virtualServices };
}

export function isReady({ status }: DynamicEnv): boolean {
  return status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}

/**
 * Checks a cluster without pending changes. Every request of a ready env must reach its clone, except requests that
 * another env may take.
 */
export function brokenPromises(
  mirror: Mirror,
  mesh: Mesh,
  inForce: (env: DynamicEnv) => readonly IstioMatch[],
): string[] {
  const envs = ofKind<DynamicEnv>(mirror, 'DynamicEnv');
  const plain = withoutOurs(mesh);
  const isWanted = (request: HostRequest, env: DynamicEnv) =>
    inForce(env).some((match) => satisfies(request, match));
  const isOnlyFor = (request: HostRequest, env: DynamicEnv) =>
    envs.every((other) => isWanted(request, other) === (other === env));
  return envs.filter(isReady).flatMap((env) =>
    REQUESTS.filter((request) => isOnlyFor(request, env)).flatMap((request) => {
      const wanted = promised(request, env, plain, mirror);
      const taken = takenTo(evaluate(request, mesh), mesh);
      return wanted
        .filter((clone) => !taken.includes(clone))
        .map(
          (clone) =>
            `${requestText(request)}: env ${env.metadata.name} is ready, but it is not sent to ${clone}`,
        );
    }),
  );
}

/**
 * The clones that a request must reach. Empty if the request would not go to the base's subset without envs, or if its
 * route cannot be copied.
 */
function promised(
  request: HostRequest,
  { metadata, spec }: DynamicEnv,
  plain: Mesh,
  mirror: Mirror,
): string[] {
  const outcome = evaluate(request, plain);
  const hit = hitRoute(outcome, plain);
  if (outcome.kind !== 'destinations' || hit === undefined) return [];
  const matches = (spec.istioMatches ?? []).filter((match) => satisfies(request, match));
  if (matches.every((match) => isContrary(hit.entry, match))) return [];
  const bases = (spec.subsets ?? []).filter(({ name }) =>
    outcome.destinations.some(
      ({ host, subset }) =>
        isServedBy(host, name, mirror) && baseSubsets(host, mirror).includes(subset ?? ''),
    ),
  );
  return bases.map(({ name }) => `${name}-${envId(metadata.name)}`);
}

function hitRoute(
  outcome: Outcome,
  mesh: Mesh,
): { route: HTTPRoute; entry: HTTPMatchRequest } | undefined {
  if (!('hit' in outcome) || outcome.hit === undefined) return undefined;
  const { virtualService, routeIndex, matchIndex = 0 } = outcome.hit;
  const owner = mesh.virtualServices.find(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}` === virtualService,
  );
  const route = owner?.spec.http?.[routeIndex];
  return route && { route, entry: route.match?.[matchIndex] ?? {} };
}

/** True if the entry already has a condition on the same header or label. Such an entry gets no copy. */
function isContrary(entry: HTTPMatchRequest, { headers, sourceLabels }: IstioMatch): boolean {
  const decided = [...Object.keys(entry.headers ?? {}), ...Object.keys(entry.withoutHeaders ?? {})];
  const asked = Object.keys(headers ?? {}).map((name) => name.toLowerCase());
  const byGateway = sourceLabels !== undefined && entry.gateways !== undefined;
  return byGateway || asked.some((name) => decided.includes(name));
}

function isServedBy(host: string, base: string, mirror: Mirror): boolean {
  const [name = ''] = host.split('.');
  const service = mirror.get(`Service shop/${name}`);
  const selector = service?.spec?.['selector'] as Record<string, string> | undefined;
  return selector?.['app'] === base && selector['version'] === undefined;
}

function baseSubsets(host: string, mirror: Mirror): string[] {
  return ofKind<DestinationRule>(mirror, 'DestinationRule')
    .filter(({ metadata, spec }) => fullName(spec.host, metadata.namespace) === host)
    .flatMap(({ spec }) => spec.subsets ?? [])
    .filter(({ labels }) => labels?.['version'] === 'shared')
    .map(({ name }) => name);
}
