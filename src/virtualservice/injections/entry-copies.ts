import type { Entry } from '../../api/routeinjection.ts';
import { headerKey } from '../../istio/header-name.ts';
import { besideNames } from '../../istio/header-spelling.ts';
import { routeKind } from '../../istio/route-kinds.ts';
import type {
  HeaderOperations,
  Headers,
  HTTPMatchRequest,
  HTTPRoute,
  HTTPRouteDestination,
} from '../../istio/types.ts';
import { validateRoute } from '../../istio/validate-route.ts';
import { cloneTargets } from '../routes/clone-targets.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { pointAt } from '../routes/point-at.ts';
import type { Scope } from '../routes/scope.ts';
import { type Anded, andMatch } from './and-match.ts';
import type { Group } from './groups.ts';
import type { Pair } from './precedence.ts';
import type { Selector, SelectorEntry } from './selectors.ts';

/** How long a browser keeps the cookie of a link: a working day and the night after it. */
const MAX_AGE_SECONDS = 86_400;
/** Bytes of an entry's copy beyond its route and its match: headers of request and answer, and the name. */
export const ENTRY_BYTES = 2048;

type Way = NonNullable<Selector['way']>;

/** Returns a function that finds the injections to whose clones the copies of an entry's group may lead: for all routes the same. */
export function claimantFinder(
  injections: readonly PlannedInjection[],
): (group: Group) => readonly PlannedInjection[] {
  const known = new Map<Group, readonly PlannedInjection[]>();
  return (group) => {
    const found = known.get(group) ?? claimantsOf(group, injections);
    known.set(group, found);
    return found;
  };
}

function claimantsOf(
  { env, pairs, selector }: Group,
  injections: readonly PlannedInjection[],
): readonly PlannedInjection[] {
  if (selector.way === 'leave') return [];
  const [link] = pairs.flatMap(({ injection }) => injection.entry?.link ?? []);
  const isOfRef = ({ ref }: PlannedInjection) => selector.way !== 'match' && ref === link;
  return injections.filter((one) => one.entry === undefined && (one.env === env || isOfRef(one)));
}

/**
 * An entry's copy of a route. It leads to the clones of these injections, each of which has a target in the route, and to what has no
 * clone as before; redirects and direct responses stay. Its requests have the env's headers from here on. Only a link sets the cookie.
 * Whatever depends on the cookie must not be kept by caches for others.
 * `add` of the answer also reaches redirects and answers of the proxy itself; Istio puts it behind the user's `set`.
 */
export function entryCopy(
  route: HTTPRoute,
  { group, pair, match }: { group: Group; pair: Pair; match: HTTPMatchRequest[] },
  claimants: readonly PlannedInjection[],
  scope: Scope,
): HTTPRoute {
  const { entry } = pair.injection;
  const { way } = group.selector;
  if (entry === undefined || way === undefined) return route;
  const { name: _name, match: _match, headers, route: targets, ...kept } = route;
  const operations = additionsOf(entry, way, scope);
  const added = headers === undefined ? operations.headers : headersWith(headers, operations);
  return {
    name: pair.routeName,
    match,
    ...kept,
    ...(added && { headers: added }),
    ...(targets && { route: entryTargets(route, operations, claimants, scope) }),
  };
}

/** Without clones mostly the very targets of the route. */
function entryTargets(
  route: HTTPRoute,
  { isOwn }: Additions,
  claimants: readonly PlannedInjection[],
  scope: Scope,
): HTTPRouteDestination[] {
  const to = targetsAt(route, claimants, scope);
  if (!to.some((one) => one?.headers?.request)) return to;
  return to.map((one) => withHeaders(one, withoutOwn(one?.headers, isOwn)));
}

/** The first claimant of a single target gets it. */
function targetsAt(
  route: HTTPRoute,
  claimants: readonly PlannedInjection[],
  scope: Scope,
): HTTPRouteDestination[] {
  const targets = route.route ?? [];
  const [claimant] = claimants;
  if (claimant === undefined) return targets;
  const [target, ...others] = targets;
  return target !== undefined && others.length === 0
    ? [pointAt(target, claimant)]
    : cloneTargets(route, claimants, scope);
}

/** What an entry adds to the copy of any route, for one of the ways to come in. */
interface Additions {
  /** Headers of the request, and of the answer. */
  set: Record<string, string>;
  answer: Record<string, string>;
  /** Is it a header of the request that the env sets? */
  isOwn: (key: string) => boolean;
  /** The operations of a copy whose route has none; undefined: none. */
  headers?: Headers;
}

/** Those of one name of the parameter: a service has one. The parts of a plan that was stored are the same objects in every call. */
const knownAdditions = new WeakMap<Entry, { source: string; byWay: Map<Way, Additions> }>();

function additionsOf(entry: Entry, way: Way, scope: Scope): Additions {
  const { source } = scope.refs.headers;
  let ofEntry = knownAdditions.get(entry);
  if (ofEntry?.source !== source) {
    ofEntry = { source, byWay: new Map() };
    knownAdditions.set(entry, ofEntry);
  }
  const known = ofEntry.byWay.get(way);
  if (known !== undefined) return known;
  const fresh = newAdditions(entry, way, scope);
  ofEntry.byWay.set(way, fresh);
  return fresh;
}

function newAdditions(entry: Entry, way: Way, scope: Scope): Additions {
  const set = way === 'leave' ? {} : escapedValues(entry.headers);
  const keys = new Set(Object.keys(set).map(headerKey));
  const isOwn = (key: string) => keys.has(headerKey(key));
  const additions = { set, answer: answerHeaders(entry, way, scope), isOwn };
  const headers = headersWith({}, additions);
  return { ...additions, ...(Object.keys(headers).length === 0 ? {} : { headers }) };
}

/** A route's operations on headers, and those of the entry. */
function headersWith(headers: Headers, { set, answer, isOwn }: Additions): Headers {
  const own = withoutOwn(headers, isOwn);
  const request = Object.keys(set).length === 0 ? own?.request : withSet(own?.request, set);
  const response =
    Object.keys(answer).length === 0 ? own?.response : withAdd(own?.response, answer);
  return { ...own, ...(request && { request }), ...(response && { response }) };
}

/** Do Istio and Envoy accept the operations of a copy whose route and targets have none? */
export function isSoundEntry(
  { injection: { entry }, selector: { way } }: Pair,
  scope: Scope,
): boolean {
  if (entry === undefined || way === undefined) return false;
  const additions = additionsOf(entry, way, scope);
  const before = knownSound.get(additions);
  if (before !== undefined) return before;
  const { headers } = additions;
  const route = [{ destination: { host: 'any' } }];
  const isSound = validateRoute({ ...(headers && { headers }), route }).length === 0;
  knownSound.set(additions, isSound);
  return isSound;
}

const knownSound = new WeakMap<Additions, boolean>();

/** The match of an entry's copies of a route. A delegate has routes of its own. */
export function entryMatch(
  route: HTTPRoute,
  selector: readonly SelectorEntry[],
  scope: Scope,
): Anded {
  if (routeKind(route) !== 'delegate') return andMatch(route.match, selector, scope);
  const reason =
    'delegates to another VirtualService, which links do not reach; write its routes into this one';
  return { entries: [], skips: [{ reason, isHarmless: false }] };
}

/**
 * Why an entry must not set its env's headers before this route. Whoever owns the route may give the header its value there, a role for
 * example, and the author of an env must not replace it. The header of refs is ours.
 */
export function headerOfRoute(
  route: HTTPRoute,
  { injection: { entry }, selector }: Pair,
  { refs }: Scope,
): string | undefined {
  if (entry === undefined || selector.way === 'leave') return undefined;
  const set = new Set(Object.keys(entry.headers).map(headerKey));
  set.delete(refs.headers.source);
  const operations = [route.headers, ...(route.route ?? []).map((target) => target?.headers)];
  const own = operations.flatMap((one) => operatedOn(one?.request)).map(headerKey);
  const name = own.find((key) => set.has(key));
  return name === undefined
    ? undefined
    : `sets or removes the request header ${name} itself, so no link sets it there; give the env a ref`;
}

function operatedOn(request: HeaderOperations | undefined): string[] {
  const { set, add, remove } = request ?? {};
  return [...Object.keys(set ?? {}), ...Object.keys(add ?? {}), ...(remove ?? [])];
}

/** The entry's copy if only these injections are rendered; undefined: none of those that ask for it is. */
export function partOfEntry(
  copy: {
    group: Group;
    pairs: readonly Pair[];
    route: HTTPRoute;
    claimants: readonly PlannedInjection[];
  },
  route: HTTPRoute,
  wanted: ReadonlySet<PlannedInjection>,
  scope: Scope,
): HTTPRoute | undefined {
  const { group, pairs, claimants } = copy;
  const pair = pairs.find(({ injection }) => wanted.has(injection));
  if (pair === undefined) return undefined;
  const left = claimants.filter((one) => wanted.has(one));
  if (pair === pairs[0] && left.length === claimants.length) return copy.route;
  return entryCopy(route, { group, pair, match: copy.route.match ?? [] }, left, scope);
}

/** Envoy reads `%` in a value as the start of a command; `%%` means the character. */
function escapedValues(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replaceAll('%', '%%')]),
  );
}

function answerHeaders({ link, plain }: Entry, way: Way, { refs }: Scope): Record<string, string> {
  if (way === 'match') return {};
  const uncached = { Vary: 'Cookie', 'Cache-Control': 'private, no-store' };
  if (way === 'cookie') return uncached;
  const [value, age] = way === 'leave' ? ['', 0] : [link, MAX_AGE_SECONDS];
  const pair = `${refs.headers.source}=${value}`;
  const secure = plain === true ? '' : '; Secure';
  return { 'Set-Cookie': `${pair}; Path=/; SameSite=Lax; Max-Age=${age}${secure}`, ...uncached };
}

function withSet(own: HeaderOperations | undefined, set: Record<string, string>): HeaderOperations {
  return { ...own, set: { ...own?.set, ...set } };
}

/** Beside a user's own operation on such a header: under another spelling of its name. */
function withAdd(own: HeaderOperations | undefined, add: Record<string, string>): HeaderOperations {
  return { ...own, add: { ...own?.add, ...(besideNames(own?.add, add) ?? add) } };
}

/** Without the user's operations on request headers that the env sets. */
function withoutOwn(
  headers: Headers | undefined,
  isOwn: (key: string) => boolean,
): Headers | undefined {
  const request = headers?.request;
  if (!request) return headers;
  const { set, add, remove } = request;
  // A user's route may have thousands of operations; mostly none is on such a header.
  const kept = <T>(map: Record<string, T>) =>
    Object.keys(map).some(isOwn)
      ? Object.fromEntries(Object.entries(map).filter(([key]) => !isOwn(key)))
      : map;
  return {
    ...headers,
    request: {
      ...request,
      ...(set && { set: kept(set) }),
      ...(add && { add: kept(add) }),
      ...(remove && { remove: remove.filter((key) => !isOwn(key)) }),
    },
  };
}

function withHeaders<T extends { headers?: Headers }>(target: T, headers: Headers | undefined): T {
  return headers === undefined ? target : { ...target, headers };
}
