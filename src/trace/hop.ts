import type { HostRequest } from '../istio/evaluate.ts';
import { type Explanation, explain } from '../istio/explain.ts';
import type { Considered } from '../istio/explain-selection.ts';
import { mismatchText } from '../istio/mismatch-text.ts';
import { nameOf } from '../istio/objects.ts';
import { selection } from '../istio/selection.ts';
import { jsonEqual } from '../k8s/canonical.ts';
import type { PlannedInjection } from '../virtualservice/routes/plan-codec.ts';
import { envOfRow, metMatch, type RowEnv } from './env-routes.ts';
import { envsWithoutWish } from './env-state.ts';
import { hopNotes } from './hop-notes.ts';
import { whyNotTaken } from './other-envs.ts';
import { type Ending, endingOf } from './outcome.ts';
import { refOf, withEnvs } from './route-ref.ts';
import type {
  Candidate,
  CloneTaken,
  EnvTaken,
  Hop,
  OtherEnv,
  TriedRoute,
  WithoutEnvs,
} from './types.ts';
import { type World, withoutEnvs } from './world.ts';

/** One request followed through the mesh; without what only the whole way knows. */
export function traceHop(request: HostRequest, world: World): Omit<Hop, 'request' | 'caller'> {
  const explanation = explain(request, world.mesh);
  const ending = endingOf(request, explanation, world);
  const base = withoutEnvs(world);
  const plain = endingOf(request, explain(request, base.mesh), base);
  const taken = explanation.taken && envOfRow(explanation.taken, world);
  const hosts = affectedHosts(request, ending, plain, world);
  const others = otherEnvs(request, explanation, world, hosts, taken);
  const hasEnvs = world.wishes.length + world.envs.length > 0 || taken !== undefined;
  return {
    ...ending,
    candidates: explanation.considered.map(candidateOf),
    tried: triedRoutes(explanation, world),
    ...(taken ? { env: envTaken(taken, request, others) } : {}),
    otherEnvs: others,
    ...(hasEnvs ? { withoutEnvs: compared(plain, ending, world) } : {}),
    notes: hopNotes(explanation.taken?.route, ending, request, world),
  };
}

/** The request's own, and all to which it goes or would go; where it goes nowhere, those of the table. */
function affectedHosts(
  request: HostRequest,
  { destinations }: Ending,
  plain: Ending,
  { mesh }: World,
): string[] {
  const reached = [...destinations, ...plain.destinations].map(({ host }) => host);
  const rows = selection(request.host, request, mesh).owners.flatMap(({ entries }) => entries);
  const all = rows.flatMap(({ route }) => (route.route ?? []).map((to) => to.destination.host));
  return [...new Set([request.host, ...(reached.length > 0 ? reached : all)])];
}

function otherEnvs(
  request: HostRequest,
  explanation: Explanation,
  world: World,
  hosts: readonly string[],
  taken: RowEnv | undefined,
): OtherEnv[] {
  const followed = { request, explanation, world, ...(taken ? { taken } : {}) };
  const wishes = world.wishes.filter(
    (wish) => hosts.includes(wish.host) && !taken?.wishes.includes(wish),
  );
  return [
    ...wishes.map((wish) => whyNotTaken(wish, followed)),
    ...envsWithoutWish(hosts, world),
  ].sort((a, b) => (a.env < b.env ? -1 : 1));
}

function envTaken(
  { env, wishes }: RowEnv,
  request: HostRequest,
  others: readonly OtherEnv[],
): EnvTaken {
  const before = others
    .filter(({ by }) => by === env)
    .map(({ env: other, why }) => ({ env: other, why }));
  const [injection, ...more] = wishes.flatMap((wish) => wish.injection ?? []);
  if (injection === undefined) return { name: env, before };
  const met = metMatch(injection, request);
  return {
    name: env,
    ...cloneTaken(injection),
    ...('pair' in met ? { matchIndex: met.pair.matchIndex } : {}),
    ...(more.length === 0 ? {} : { also: more.map(cloneTaken) }),
    before,
  };
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

function triedRoutes({ tried }: Explanation, world: World): TriedRoute[] {
  return tried.map(({ row, failed }) => {
    const env = envOfRow(row, world)?.env;
    const ref = refOf(row, world);
    return { ...ref, ...(env === undefined ? {} : { env }), failed, why: mismatchText(failed) };
  });
}

function compared(plain: Ending, ending: Ending, world: World): WithoutEnvs {
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
    ...(route ? { route: withEnvs(route, world) } : {}),
  };
}
