import { boundTo, MESH, proxyNamespace } from './gateway-name.ts';
import { hostSubsetOf } from './host.ts';
import { DEFAULT_PORT, type HttpRequest, proxyMismatch } from './match-request.ts';
import { mismatchText } from './mismatch-text.ts';
import { nameOf, namespaceOf } from './objects.ts';
import type { RouteSources } from './route-rows.ts';
import {
  type Candidate,
  fullHosts,
  isForServicesOnly,
  type Selection,
  selection,
  servesUnregistered,
} from './selection.ts';
import { servesPort } from './subset-lookup.ts';
import type { VirtualService } from './types.ts';
import { type ExportGroup, exportGroup } from './visibility.ts';

export type SelectionReason =
  | 'only'
  | 'first'
  | 'joined'
  | 'other-gateway'
  | 'not-exported'
  | 'no-http-routes'
  | 'other-callers'
  | 'less-specific-host'
  | 'later'
  | 'port'
  | 'services-only';

/** A VirtualService that has a host for the request, whether its routes are used, and why. */
export interface Considered {
  virtualService: VirtualService;
  /** Its hosts that match the request's host, as full names. */
  hosts: readonly string[];
  decides: boolean;
  reason: SelectionReason;
  /** The reason as a sentence. */
  why: string;
}

/**
 * All VirtualServices with a host for the request, and why `routeTable` uses the rows of some of them. Those that are
 * used come first.
 */
export function explainSelection(
  host: string,
  request: HttpRequest,
  sources: RouteSources,
): readonly Considered[] {
  const wanted = host.toLowerCase();
  const chosen = selection(host, request, sources);
  const context: Context = { ...chosen, host: wanted, request, sources };
  const named = sources.virtualServices.flatMap((virtualService) => {
    const hosts = fullHosts(virtualService, sources.clusterDomain).filter((name) =>
      hostSubsetOf(wanted, name.toLowerCase()),
    );
    return hosts.length === 0 ? [] : [{ virtualService, hosts }];
  });
  const losers = named
    .filter(({ virtualService }) => !context.owners.some(isOf(virtualService)))
    .map((one) => ({ ...one, decides: false, ...whyNot(one, context) }));
  const winners = named
    .filter(({ virtualService }) => context.owners.some(isOf(virtualService)))
    .map((one) => ({ ...one, decides: true, ...whyChosen(context, losers) }));
  return [...winners, ...losers];
}

interface Context extends Selection {
  host: string;
  request: HttpRequest;
  sources: RouteSources;
}

interface SelectionCause {
  reason: SelectionReason;
  why: string;
}

interface Named {
  virtualService: VirtualService;
  hosts: readonly string[];
}

function isOf(virtualService: VirtualService): (candidate: Candidate) => boolean {
  return (candidate) => candidate.virtualService === virtualService;
}

function whyChosen({ owners }: Context, losers: readonly SelectionCause[]): SelectionCause {
  if (owners.length > 1) {
    return {
      reason: 'joined',
      why: `at a gateway the routes of all ${owners.length} are put together`,
    };
  }
  const beaten = losers.filter(({ reason }) => ['later', 'less-specific-host'].includes(reason));
  return beaten.length === 0
    ? { reason: 'only', why: 'the only one that counts for this host' }
    : {
        reason: 'first',
        why: `comes before ${beaten.length} other${beaten.length > 1 ? 's' : ''}`,
      };
}

function whyNot(named: Named, context: Context): SelectionCause {
  return (
    notSent(named.virtualService, context.request) ??
    withoutRows(named.virtualService, context) ??
    outranked(named, context)
  );
}

/** The VirtualService is not sent to the proxy. */
function notSent(vs: VirtualService, request: HttpRequest): SelectionCause | undefined {
  const { gateways, exportTo = [] } = vs.spec;
  if (!boundTo(gateways, namespaceOf(vs), request.gateway)) {
    const bound = gateways?.length ? gateways.join(', ') : MESH;
    return { reason: 'other-gateway', why: `is for ${bound}, not for ${request.gateway}` };
  }
  const namespace = proxyNamespace(request);
  if (exportGroup(vs, namespace) !== 'hidden') return undefined;
  const why = `is exported to ${exportTo.join(', ')}, not to the caller's namespace ${namespace}`;
  return { reason: 'not-exported', why };
}

function withoutRows(
  vs: VirtualService,
  { candidates, request }: Context,
): SelectionCause | undefined {
  if (candidates.find(isOf(vs))?.entries.length !== 0) return undefined;
  const matches = (vs.spec.http ?? []).flatMap(({ match }) => match ?? []);
  const failed = matches
    .map((match) => proxyMismatch(match, request, namespaceOf(vs)))
    .find((mismatch) => mismatch !== undefined);
  return failed === undefined
    ? { reason: 'no-http-routes', why: 'has no http route of its own or of a delegate' }
    : { reason: 'other-callers', why: `all its routes are for others: ${mismatchText(failed)}` };
}

/** It has rows for this caller, but another VirtualService takes precedence. */
function outranked(named: Named, context: Context): SelectionCause {
  const { host, request, sources, owners, candidates } = context;
  const port = request.port ?? DEFAULT_PORT;
  const onPort = sources.services.filter((service) => servesPort(service, port));
  const isUnregistered =
    request.gateway === MESH && !onPort.some((service) => service.host === host);
  const candidate = candidates.find(isOf(named.virtualService));
  if (isUnregistered && candidate && !servesUnregistered(candidate, request, candidates, onPort)) {
    const why = `applies on port ${DEFAULT_PORT} only: no Service of this name has port ${port}`;
    return { reason: 'port', why };
  }
  if (isUnregistered && named.hosts.every((name) => isForServicesOnly(name, onPort))) {
    return {
      reason: 'services-only',
      why: `${named.hosts.join(', ')} matches Services only, and this host is none`,
    };
  }
  const [winner] = owners;
  if (winner === undefined) {
    return { reason: 'less-specific-host', why: `another one names ${host} itself` };
  }
  return named.hosts.some((name) => winner.hosts.some((other) => same(name, other)))
    ? { reason: 'later', why: whyLater(named.virtualService, winner.virtualService, request) }
    : lessSpecific(named, winner, host);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function lessSpecific({ hosts }: Named, winner: Candidate, host: string): SelectionCause {
  const better = winner.hosts.filter((name) => hostSubsetOf(host, name.toLowerCase()));
  const why = `${hosts.join(', ')} is less specific than ${better.join(', ')} of ${nameOf(winner.virtualService)}`;
  return { reason: 'less-specific-host', why };
}

const GROUP_WORDS: Record<ExportGroup, string> = {
  private: 'exported to its own namespace alone',
  named: "exported to the caller's namespace by name",
  public: 'exported to all',
  hidden: 'not exported',
};

/** The first difference between the two, in the order of `visibleTo`. */
function whyLater(later: VirtualService, first: VirtualService, request: HttpRequest): string {
  const namespace = proxyNamespace(request);
  const [late, early] = [exportGroup(later, namespace), exportGroup(first, namespace)];
  const name = nameOf(first);
  if (late !== early) {
    return `${name}, ${GROUP_WORDS[early]}, comes before this one, ${GROUP_WORDS[late]}`;
  }
  const [a, b] = [first, later].map(({ metadata }) => metadata.creationTimestamp ?? '');
  return a === b
    ? `${name} comes first by name, both are of the same age`
    : `${name} is older (${a === '' ? 'without a time' : a})`;
}
