import { MESH } from '../istio/gateway-name.ts';
import type { HttpRequest } from '../istio/match-request.ts';
import { requestHost } from '../istio/request-host.ts';
import { answering } from './destinations.ts';
import { traceHop } from './hop.ts';
import type { MeshSnapshot } from './mesh-snapshot.ts';
import { notConsidered } from './not-considered.ts';
import type { Caller, Hop, HopOutcome, Trace, TracedRequest } from './types.ts';

/** A request as it is written. Which host it means depends on the caller. */
export type Call = Omit<TracedRequest, 'host'> & { scheme: string };

const REACHED: readonly HopOutcome[] = ['pods', 'redirect', 'direct-response'];

/**
 * Follows a chain of calls: the first is made by `caller`, each further one by the pods that answered the one before, each with
 * its own headers, and with the header that a VirtualEnvironment has added before. `notes`: what is known to be missing from the snapshot.
 */
export function trace(
  calls: readonly Call[],
  caller: Caller,
  snapshot: MeshSnapshot,
  notes: readonly string[],
): Trace {
  const hops: Hop[] = [];
  const more: string[] = [];
  let next: Caller | undefined = caller;
  let added: Record<string, string> = {};
  for (const written of calls) {
    const call = { ...written, headers: { ...added, ...written.headers } };
    const hop: Hop = next === undefined ? notCalled(call, caller) : called(call, next, snapshot);
    added = { ...added, ...injectedBy(hop) };
    const following = callerAfter(hop, snapshot);
    next = following?.caller;
    if (following?.note !== undefined && hops.length + 1 < calls.length) more.push(following.note);
    hops.push(hop);
  }
  return {
    version: 1,
    reached: hops.every(({ outcome }) => REACHED.includes(outcome)),
    hops,
    notes: [...notes, ...more],
    notConsidered: notConsidered(hops, snapshot),
  };
}

/** Applications pass this header on. Its name is in lower case, as in all requests here. */
function injectedBy({ version }: Hop): Record<string, string> {
  const { isInjected, header, asked } = version ?? {};
  if (isInjected !== true || header === undefined || asked === undefined) return {};
  return { [header.toLowerCase()]: asked };
}

function called(call: Call, caller: Caller, snapshot: MeshSnapshot): Hop {
  const { scheme, ...rest } = call;
  const { method, authority, path, port, headers } = call;
  const { gateway, labels, namespace } = caller;
  const source = { sourceLabels: labels, sourceNamespace: namespace };
  const sent: HttpRequest = { method, scheme, authority, path, port, headers, gateway, ...source };
  const host = requestHost(sent, snapshot.mesh);
  return { request: requestOf(rest, host), caller, ...traceHop({ ...sent, host }, snapshot) };
}

function requestOf({ method, url, ...rest }: Omit<TracedRequest, 'host'>, host: string) {
  return { method, url, host, ...rest };
}

function notCalled({ scheme: _scheme, ...rest }: Call, caller: Caller): Hop {
  return {
    request: requestOf(rest, rest.authority),
    caller,
    outcome: 'not-called',
    summary: 'not called: the hop before does not reach pods',
    candidates: [],
    tried: [],
    destinations: [],
    otherEnvs: [],
    otherMerges: [],
    notes: [],
  };
}

/** The caller of the next hop: the pods with the largest share. Undefined: this hop reaches no pods, or is a redirect. */
function callerAfter(
  { outcome, destinations }: Hop,
  { workloads, mesh }: MeshSnapshot,
): { caller: Caller; note?: string } | undefined {
  if (outcome !== 'pods') return undefined;
  const [main, ...others] = [...destinations].sort((a, b) => b.share - a.share);
  const found = main && answering(main);
  const workload = workloads.find(
    ({ kind, namespace, name }) => found?.kind === kind && found.name === `${namespace}/${name}`,
  );
  if (main === undefined || workload === undefined) return undefined;
  const name = `${workload.kind} ${workload.namespace}/${workload.name}`;
  const isOne = others.length === 0 && main.workloads.length === 1;
  const service = mesh.services.find(({ host }) => host === main.host);
  return {
    caller: {
      kind: 'pod',
      gateway: MESH,
      namespace: service?.namespace ?? workload.namespace,
      labels: { ...workload.labels },
      workload: name,
    },
    ...(isOne ? {} : { note: `the next hop is called by ${name}, one of several that may answer` }),
  };
}
