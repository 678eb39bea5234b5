import type { IstioMatch } from '../../api/dynamicenv.ts';
import { memberRegexes } from '../../api/member-regex.ts';
import type { Entry } from '../../api/routeinjection.ts';
import type { HeaderAndSourceMatch } from '../../istio/cover.ts';
import { headerKey } from '../../istio/header-name.ts';
import { besideNames } from '../../istio/header-spelling.ts';
import { escapedRegex } from '../../istio/regex-text.ts';
import { type Specificity, specificityOf } from '../../istio/specificity.ts';
import type { HTTPMatchRequest, StringMatch } from '../../istio/types.ts';
import { jsonBytes } from '../../k8s/canonical.ts';
import { hasKeys } from '../../k8s/json-map.ts';
import { memoizedByText, memoizedForLast } from '../../k8s/memoize.ts';
import { cookieEntry, entriesByCarrier } from '../../refs/entries.ts';
import { isRef } from '../../refs/names.ts';
import type { RefSettings } from '../../refs/pick.ts';
import type { ServiceRef } from '../../refs/service-route.ts';
import { gatewaysOf, isEntryHere } from '../routes/entrance.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { refsReadIn, type Scope } from '../routes/scope.ts';

/** A host at gateways of a VirtualService. */
export interface EntryPlace {
  host: string;
  authority: StringMatch;
  /** See `gatewaysOf`. */
  gateways: readonly string[];
  /** The VirtualService's: names of gateways are completed with it. */
  namespace: string;
  /** Other VirtualServices have the host at one of its gateways, too. */
  isShared?: true;
}

/** Conditions that a request must meet all together. */
export interface SelectorEntry
  extends Pick<IstioMatch, 'headers' | 'sourceLabels' | 'queryParams'> {
  /**
   * Conditions of our own making. Where a route has a condition on the same header, they stand beside it, under another spelling of the
   * name: Istio applies both.
   */
  beside?: Pick<HTTPMatchRequest, 'headers' | 'withoutHeaders'>;
  /** Only requests to this host that come by these gateways. */
  at?: EntryPlace;
}

/**
 * The order of selectors of all envs, before specificity and age. What a person adds to one request comes before what an
 * application passes on with all its requests.
 */
export const BANDS = ['link', 'parameter', 'ref', 'header', 'baggage', 'entry', 'cookie'] as const;
export type Band = (typeof BANDS)[number];

/** One way in which requests select an env. It has one copy of every eligible route. */
export interface Selector {
  /** A request must meet one of them. */
  entries: readonly SelectorEntry[];
  band: Band;
  specificity: Specificity;
  /** Index in `matches`; absent: it selects by the ref, or by what a link leaves. */
  matchIndex?: number;
  /**
   * It is an entry's. `link`: the parameter names the env; `leave`: the parameter is empty; `cookie`: a link was opened before; `match`:
   * one of the env's own matches.
   */
  way?: 'link' | 'leave' | 'cookie' | 'match';
}

/** The parts of an injection that select requests. */
export type Selecting = Pick<PlannedInjection, 'host' | 'matches' | 'ref' | 'entry'>;

/** All selectors of an injection: one for each match, and those of its ref. */
export function selectorsOf(injection: Selecting, scope: Scope): Selector[] {
  const { matches, ref, entry } = injection;
  const byMatch = matches.map(matchSelector);
  if (entry !== undefined) return entrySelectors(entry, byMatch, scope);
  return ref === undefined ? byMatch : [...byMatch, ...refSelectors(injection.host, ref, scope)];
}

/** The matches of a plan that was stored are the same objects in every call. */
const knownOfMatches = new WeakMap<IstioMatch, Selector>();

function matchSelector(match: IstioMatch, matchIndex: number): Selector {
  const before = knownOfMatches.get(match);
  if (before?.matchIndex === matchIndex) return before;
  const fresh = makeMatchSelector(match, matchIndex);
  knownOfMatches.set(match, fresh);
  return fresh;
}

function makeMatchSelector(match: IstioMatch, matchIndex: number): Selector {
  const { headers, sourceLabels, queryParams, cookie, baggage } = match;
  const members = cookie === undefined && baggage === undefined ? undefined : memberRegexes(match);
  const beside = members && { headers: members };
  return {
    entries: [
      {
        ...(headers === undefined ? {} : { headers }),
        ...(sourceLabels === undefined ? {} : { sourceLabels }),
        ...(queryParams === undefined ? {} : { queryParams }),
        ...(beside === undefined ? {} : { beside }),
      },
    ],
    band: bandOf(match),
    specificity: specificityOf(withMembers(match)),
    matchIndex,
  };
}

/** The first one of which the match has a condition. A further condition never puts a match behind one that covers it. */
function bandOf({ headers, sourceLabels, queryParams, baggage, cookie }: IstioMatch): Band {
  if (hasKeys(queryParams)) return 'parameter';
  if (hasKeys(headers) || hasKeys(sourceLabels)) return 'header';
  if (baggage !== undefined) return 'baggage';
  return cookie === undefined ? 'header' : 'cookie';
}

/** A cookie and a member of `baggage` count as exact conditions, as labels of the caller do. */
function withMembers({ headers, sourceLabels, queryParams, cookie, baggage }: IstioMatch) {
  const members = [
    ...(cookie === undefined ? [] : [[`: cookie ${cookie.name}`, cookie.exact] as const]),
    ...(baggage === undefined ? [] : [[`: baggage ${baggage.key}`, baggage.exact] as const]),
  ];
  const parameters = Object.entries(queryParams ?? {}).map(
    ([name, value]): [string, StringMatch] => [`: query ${name}`, value],
  );
  const isPlain = members.length + parameters.length === 0;
  return {
    headers: isPlain ? headers : { ...headers, ...Object.fromEntries(parameters) },
    sourceLabels: isPlain ? sourceLabels : { ...sourceLabels, ...Object.fromEntries(members) },
  } as HeaderAndSourceMatch;
}

/** Does it select by a ref? Then it is the same object in every call for the same ref (see `refSelectors`). */
export function isOfRef({ matchIndex, way }: Selector): boolean {
  return matchIndex === undefined && way === undefined;
}

const NO_SPECIFICITY: Specificity = { conditions: 0, exact: 0, prefix: 0, literal: 0 };

/** The selectors of a ref in this VirtualService. */
function refSelectors(host: string, ref: string, scope: Scope): readonly Selector[] {
  const [service = ''] = host.split('.');
  // JSON has no line breaks.
  return selectorsByText(`${settingsOf(scope).text}\n${JSON.stringify({ service, ref })}`);
}

/** Every ref of a VirtualService is read by the same settings. */
const settingsOf = memoizedForLast((scope: Scope) => {
  const { headers, carriers } = refsReadIn(scope);
  const settings: RefKey = [{ headers, carriers }, scope.isDelegate];
  return { text: JSON.stringify(settings) };
});

/** The size of a ref's entries. The array of selectors is the same for each ref of one length. */
const knownSizes = new WeakMap<readonly Selector[], { entries: number; bytes: number }>();

/**
 * How many match entries a ref has, and their bytes, without making those of each ref: thousands may ask before it is known that there is
 * no room for them. Every character of a valid ref takes the same room.
 */
export function refSize(
  host: string,
  ref: string,
  scope: Scope,
): { entries: number; bytes: number } {
  const selectors = refSelectors(host, isRef(ref) ? 'a'.repeat(ref.length) : ref, scope);
  const before = knownSizes.get(selectors);
  if (before !== undefined) return before;
  const entries = selectors.flatMap((one) => one.entries);
  const fresh = { entries: entries.length, bytes: jsonBytes(entries) };
  knownSizes.set(selectors, fresh);
  return fresh;
}

type RefKey = [RefSettings, isDelegate: boolean];

/** The same refs come with every call, and their regexes are long. */
const selectorsByText = memoizedByText(
  { size: 4096, bytes: 16 * 2 ** 20, bytesOf: textBytes },
  (text) => {
    const [settings = '', target = ''] = text.split('\n');
    return makeRefSelectors(JSON.parse(target) as ServiceRef, ...(JSON.parse(settings) as RefKey));
  },
);

function textBytes(selectors: readonly Selector[]): number {
  return 2 * jsonBytes(selectors);
}

/**
 * The selectors of a ref, one for each carrier. No request meets those of two refs (ADR 25), so their order does not matter.
 * In a delegate each entry is a selector: Istio drops a delegate's route as a whole if one of its entries contradicts the root.
 */
function makeRefSelectors(
  target: ServiceRef,
  settings: RefSettings,
  isDelegate: boolean,
): readonly Selector[] {
  return entriesByCarrier(target, settings).flatMap(({ carrier, entries: all }) => {
    const entries = all.map((beside) => ({ beside }));
    const groups = isDelegate ? entries.map((one) => [one]) : [entries];
    const band = carrier === 'header' ? 'ref' : carrier;
    return groups.map((group) => ({ entries: group, band, specificity: NO_SPECIFICITY }));
  });
}

/**
 * The selectors of an entry. The source header gives parameter and cookie their name. A match by labels of the caller has none: at a
 * gateway the caller is not known.
 */
function entrySelectors(entry: Entry, byMatch: readonly Selector[], scope: Scope): Selector[] {
  if (!isEntryHere(entry, scope)) return [];
  const { host, link } = entry;
  const { headers, carriers } = scope.refs;
  const regex = `^${escapedRegex(host)}(?::[0-9]+)?$`;
  const isShared = scope.name !== undefined && entry.shared?.includes(scope.name) === true;
  const at: EntryPlace = {
    host,
    authority: { regex },
    gateways: gatewaysOf(scope),
    namespace: scope.namespace,
    ...(isShared ? { isShared } : {}),
  };
  const parameter = (exact: string) => [{ queryParams: { [headers.source]: { exact } }, at }];
  const own = cookieEntry({ service: '', ref: link }, headers, carriers.includes('baggage'));
  // As with refs, headers decide before the cookie.
  const set = Object.keys(entry.headers).filter((name) => headerKey(name) !== headers.source);
  const absent = Object.fromEntries(set.map((name) => [name, {}]));
  const cookie = { ...own, withoutHeaders: { ...own.withoutHeaders, ...absent } };
  const { cookie: _cookie, ...ofRefs } = own.withoutHeaders ?? {};
  // A mark of another env stays: a match is no reason to replace it, nor to decide before it.
  const marks = { ...(set.length < Object.keys(entry.headers).length ? ofRefs : {}), ...absent };
  const byPerson = { specificity: NO_SPECIFICITY };
  return [
    { ...byPerson, entries: parameter(link), band: 'link', way: 'link' },
    { ...byPerson, entries: parameter(''), band: 'link', way: 'leave' },
    { ...byPerson, entries: [{ beside: cookie, at }], band: 'entry', way: 'cookie' },
    ...byMatch
      .filter(({ entries }) => entries.every(({ sourceLabels }) => !hasKeys(sourceLabels)))
      .filter(({ entries }) => entries.every((one) => !hasMark(one, entry)))
      .map((selector): Selector => {
        const entries = selector.entries.map((one) => ({ ...unmarked(one, marks), at }));
        return { ...selector, entries, way: 'match' };
      }),
  ];
}

/** Has every request of this match one of the entry's headers already? Its value stays, so a copy for it would change nothing. */
function hasMark({ headers = {} }: SelectorEntry, entry: Entry): boolean {
  const set = new Set(Object.keys(entry.headers).map(headerKey));
  return Object.keys(headers).some((name) => set.has(headerKey(name)));
}

/** Only requests without these headers. */
function unmarked(
  one: SelectorEntry,
  withoutHeaders: HTTPMatchRequest['withoutHeaders'] & object,
): SelectorEntry {
  return { ...one, beside: { ...one.beside, withoutHeaders } };
}

/** A selector's entry as a whole match entry: in front of a route without conditions. */
export function plainEntry({
  headers,
  sourceLabels,
  queryParams,
  beside,
  at,
}: SelectorEntry): HTTPMatchRequest {
  const own = {
    ...(at && { authority: at.authority, gateways: [...at.gateways] }),
    ...(headers && { headers }),
    ...(queryParams && { queryParams }),
  };
  const entry = sourceLabels === undefined ? own : { ...own, sourceLabels };
  return beside === undefined ? entry : (withBeside(entry, beside) ?? entry);
}

/** The entry with conditions that stand beside its own; undefined: a header has no spelling left. */
export function withBeside(
  entry: HTTPMatchRequest,
  { headers, withoutHeaders }: NonNullable<SelectorEntry['beside']>,
): HTTPMatchRequest | undefined {
  const added = headers && besideNames(entry.headers, headers);
  const excluded = withoutHeaders && besideNames(entry.withoutHeaders, withoutHeaders);
  if ((headers && !added) || (withoutHeaders && !excluded)) return undefined;
  return {
    ...entry,
    ...(added && { headers: entry.headers ? { ...entry.headers, ...added } : added }),
    ...(excluded && {
      withoutHeaders: entry.withoutHeaders ? { ...entry.withoutHeaders, ...excluded } : excluded,
    }),
  };
}
