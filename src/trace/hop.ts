import type { HostRequest } from '../istio/evaluate.ts';
import { type Explanation, explain } from '../istio/explain.ts';
import type { Considered } from '../istio/explain-selection.ts';
import { mismatchText } from '../istio/mismatch-text.ts';
import { nameOf } from '../istio/objects.ts';
import { selection } from '../istio/selection.ts';
import { jsonEqual } from '../k8s/canonical.ts';
import type { Pair } from '../virtualservice/injections/precedence.ts';
import type { PlannedInjection } from '../virtualservice/routes/plan-codec.ts';
import { baseRoute, envOfRow, type RowEnv } from './env-routes.ts';
import { envsWithoutClaim } from './env-state.ts';
import type { CloneTaken, EnvTaken, OtherEnv } from './env-types.ts';
import { hopNotes } from './hop-notes.ts';
import { type MeshSnapshot, withoutEnvs } from './mesh-snapshot.ts';
import { metMatch } from './met-match.ts';
import { whyNotTaken } from './other-envs.ts';
import { otherMerges } from './other-merges.ts';
import { type Ending, endingOf } from './outcome.ts';
import { refOf, withEnvs } from './route-ref.ts';
import type { Candidate, Hop, TriedRoute, WithoutEnvs } from './types.ts';
import { versionTaken } from './versions.ts';

/** Follows one request through the mesh. Its caller adds `request` and `caller`. */
export function traceHop(
  request: HostRequest,
  snapshot: MeshSnapshot,
): Omit<Hop, 'request' | 'caller'> {
  const explanation = explain(request, snapshot.mesh);
  const ending = endingOf(request, explanation, snapshot);
  const base = withoutEnvs(snapshot);
  const plainly = explain(request, base.mesh);
  const plain = endingOf(request, plainly, base);
  const version = versionTaken(request, plainly, plain, base);
  const taken = explanation.taken && envOfRow(explanation.taken, snapshot);
  const hosts = affectedHosts(request, ending, plain, snapshot);
  const others = otherEnvs(request, explanation, snapshot, hosts, taken);
  const hasEnvs = snapshot.claims.length + snapshot.envs.length > 0 || taken !== undefined;
  return {
    ...ending,
    candidates: explanation.considered.map(candidateOf),
    tried: triedRoutes(explanation, snapshot),
    ...(version ? { version } : {}),
    ...(taken ? { env: envTaken(taken, request, explanation.taken, others, snapshot) } : {}),
    otherEnvs: others,
    otherMerges: otherMerges(request, explanation, snapshot),
    ...(hasEnvs ? { withoutEnvs: compared(plain, ending, snapshot) } : {}),
    notes: hopNotes(explanation.taken?.route, ending, request, snapshot),
  };
}

/** The request's host, and those that it reaches, with or without envs; if it reaches none, all hosts in the route table. */
function affectedHosts(
  request: HostRequest,
  { destinations }: Ending,
  plain: Ending,
  { mesh }: MeshSnapshot,
): string[] {
  const reached = [...destinations, ...plain.destinations].map(({ host }) => host);
  const rows = selection(request.host, request, mesh).owners.flatMap(({ entries }) => entries);
  const all = rows.flatMap(({ route }) => (route.route ?? []).map((to) => to.destination.host));
  return [...new Set([request.host, ...(reached.length > 0 ? reached : all)])];
}

function otherEnvs(
  request: HostRequest,
  explanation: Explanation,
  snapshot: MeshSnapshot,
  hosts: readonly string[],
  taken: RowEnv | undefined,
): OtherEnv[] {
  const followed = { request, explanation, snapshot, ...(taken ? { taken } : {}) };
  const claims = snapshot.claims.filter(
    (claim) => hosts.includes(claim.host) && !taken?.claims.includes(claim),
  );
  return [
    ...claims.map((claim) => whyNotTaken(claim, followed)),
    ...envsWithoutClaim(hosts, snapshot),
  ].sort((a, b) => (a.env < b.env ? -1 : 1));
}

function envTaken(
  { env, claims }: RowEnv,
  request: HostRequest,
  row: Explanation['taken'],
  others: readonly OtherEnv[],
  snapshot: MeshSnapshot,
): EnvTaken {
  const before = others
    .filter(({ by }) => by === env)
    .map(({ env: other, why }) => ({ env: other, why }));
  const injections = claims.flatMap((claim) => claim.injection ?? []);
  const { entry } = injections[0] ?? {};
  if (entry !== undefined) return enteredEnv(injections, request, before, snapshot);
  const [injection, ...more] = injections;
  if (injection === undefined) return { name: env, before };
  const base = row && baseRoute(row, snapshot);
  const met = metMatch(injection, request, snapshot, base?.virtualService);
  return {
    name: env,
    ...cloneTaken(injection),
    ...('pair' in met ? howMatched(met.pair) : {}),
    ...(more.length === 0 ? {} : { also: more.map(cloneTaken) }),
    before,
  };
}

/** The env of an entry's route: how the request came in, and the clones to which the route leads, if there are any. */
function enteredEnv(
  [own, ...others]: readonly PlannedInjection[],
  request: HostRequest,
  before: EnvTaken['before'],
  snapshot: MeshSnapshot,
): EnvTaken {
  const met = own && metMatch(own, request, snapshot, undefined);
  const way = met && 'pair' in met ? met.pair.selector.way : undefined;
  const { host = '' } = own?.entry ?? {};
  const [clone, ...more] = others.filter(({ entry }) => entry === undefined).map(cloneTaken);
  return {
    name: own?.env ?? '',
    ...clone,
    ...(way === undefined || way === 'leave' ? {} : { entry: { host, way } }),
    ...(more.length === 0 ? {} : { also: more }),
    before,
  };
}

function howMatched({ injection, selector }: Pair): Pick<EnvTaken, 'matchIndex' | 'ref'> {
  if (selector.matchIndex !== undefined) return { matchIndex: selector.matchIndex };
  return injection.ref === undefined ? {} : { ref: injection.ref };
}

function cloneTaken({ deployment, clone, host }: PlannedInjection): CloneTaken {
  return {
    deployment: `${deployment.namespace}/${deployment.name}`,
    clone: `${deployment.namespace}/${clone}`,
    host,
  };
}

function candidateOf({ virtualService, ...rest }: Considered): Candidate {
  const { metadata, spec } = virtualService;
  const { hosts, decides, reason, why } = rest;
  const { creationTimestamp: created } = metadata;
  return {
    virtualService: nameOf(virtualService),
    hosts: [...hosts],
    gateways: spec.gateways?.length ? spec.gateways : ['mesh'],
    exportTo: spec.exportTo?.length ? spec.exportTo : ['*'],
    ...(created ? { created } : {}),
    decides,
    reason,
    why,
  };
}

function triedRoutes({ tried }: Explanation, snapshot: MeshSnapshot): TriedRoute[] {
  return tried.map(({ row, failed }) => {
    const env = envOfRow(row, snapshot)?.env;
    const ref = refOf(row, snapshot);
    return { ...ref, ...(env === undefined ? {} : { env }), failed, why: mismatchText(failed) };
  });
}

function compared(plain: Ending, ending: Ending, snapshot: MeshSnapshot): WithoutEnvs {
  const essence = ({ outcome, destinations }: Ending) => ({
    outcome,
    to: destinations.map(({ host, subset, share, workloads }) => {
      return { host, subset, share, workloads: workloads.map(({ kind, name }) => [kind, name]) };
    }),
  });
  const { route, virtualService, ...rest } = plain;
  return {
    same: jsonEqual(essence(plain), essence(ending)),
    ...rest,
    ...(virtualService ? { virtualService } : {}),
    ...(route ? { route: withEnvs(route, snapshot) } : {}),
  };
}
