import { byText } from '../../k8s/canonical.ts';
import { rfc3339, secondsLeft } from '../../k8s/time.ts';
import { borderedPrefixes } from './levels.ts';
import type { Memory, Remembered } from './memory.ts';
import type { VersionSubset } from './types.ts';

/** A version that some workload carries, with its subset. */
export interface StagedVersion extends VersionSubset {
  /** It can answer requests. */
  isReady: boolean;
  /** All of its pods are of the present template: none of an earlier one, which may be of another version, counts as ready. */
  isRolledOut: boolean;
  isLeaving: boolean;
}

/** What the cluster has of a Service's objects. */
export interface StageObserved {
  /** The subsets of its DestinationRule by name; undefined: there is none. */
  subsets: ReadonlyMap<string, VersionSubset> | undefined;
  /** Names of the subsets in the generated routes of its VirtualService; undefined: there is none. */
  routes: ReadonlySet<string> | undefined;
  /** Name of the subset for all other requests. */
  defaultRoute?: string | undefined;
  /** Names of the subsets to which any VirtualService leads, its own included. */
  inUse: ReadonlySet<string>;
  memory: Memory;
}

export interface StageInput {
  /** Empty: nothing is wanted, and what there is goes. */
  versions: readonly StagedVersion[];
  /** Do these versions need routes, when all of them are routed? */
  isNeeded: boolean;
  splitter: string;
  /** Value of the version for all other requests. */
  defaultValue?: string | undefined;
  observed: StageObserved;
  settleSeconds: number;
  drainSeconds: number;
  now: Date;
}

/** What a Service's objects have now. */
export interface Stage {
  /** Of the DestinationRule, sorted by name; empty: there is none. */
  subsets: readonly VersionSubset[];
  memory: Memory;
  /** Values of the versions with routes; undefined: there is no VirtualService. */
  routed: ReadonlySet<string> | undefined;
  /** Is the version of `defaultValue` the destination of all other requests? */
  isDefaultRouted: boolean;
  /** Name of the former default version's subset, which stays the destination of them until then. */
  formerDefault?: string;
  /** Seconds until something changes by itself. */
  wait?: number;
}

/**
 * The next step of a Service's objects. A subset comes before the routes to it, and leaves after them: no route is added to a subset
 * that the DestinationRule has not had for `settleSeconds`, and no subset leaves before no VirtualService has led there for
 * `drainSeconds` (Istio's propagation, and requests in flight).
 */
export function nextStage(input: StageInput): Stage {
  const { observed, versions, isNeeded } = input;
  const others = departing(input, versions);
  const isDraining = observed.routes !== undefined && others.held.length > 0;
  // Without routes, requests may still reach pods of a version that has just gone. So the routes stay for its drain time.
  if (versions.length === 0 || !(isNeeded || isDraining)) return removal(input);
  const states = versions.map((version) => stateOf(version, input));
  const { routed, isDefaultRouted, former } = routing(states, input);
  const isFirst = observed.routes === undefined && routed.size === 0 && !isDefaultRouted;
  return {
    subsets: [...versions.map(subsetOf), ...others.held.map(({ subset }) => subset)].sort(byName),
    memory: new Map([
      ...states.map(({ version, remembered }) => [version.value, remembered] as const),
      ...others.held.map(({ subset, remembered }) => [subset.value, remembered] as const),
    ]),
    routed: isFirst ? undefined : routed,
    isDefaultRouted,
    ...(former === undefined ? {} : { formerDefault: former }),
    ...earliest([...states.map(({ wait }) => wait), ...others.waits]),
  };
}

/** Nothing is needed any more: first the VirtualService goes, then, when nobody leads there, subset after subset. */
function removal(input: StageInput): Stage {
  const { held, waits } = departing(input, []);
  return {
    subsets: held.map(({ subset }) => subset).sort(byName),
    memory: new Map(held.map(({ subset, remembered }) => [subset.value, remembered])),
    routed: undefined,
    isDefaultRouted: false,
    ...earliest(waits),
  };
}

interface Held {
  subset: VersionSubset;
  remembered: Remembered;
}

/** The observed subsets of no version in `wanted`, as long as they must stay; they do not change. */
function departing(
  { observed, drainSeconds, now }: StageInput,
  wanted: readonly StagedVersion[],
): { held: Held[]; waits: number[] } {
  const names = new Set(wanted.map(({ subset }) => subset));
  const all = [...(observed.subsets?.values() ?? [])].filter(({ subset }) => !names.has(subset));
  const found = all.map((subset) => {
    const { readySince: _ready, unusedSince, ...before } = rememberedOf(subset, observed.memory);
    if (observed.inUse.has(subset.subset)) return { subset, remembered: before };
    const since = unusedSince ?? rfc3339(now);
    const remembered = { ...before, unusedSince: since };
    return { subset, remembered, wait: secondsLeft(since, drainSeconds, now) };
  });
  const held = found.filter(({ wait }) => wait !== 0);
  return { held, waits: held.flatMap(({ wait }) => wait ?? []) };
}

function rememberedOf({ value, subset }: VersionSubset, memory: Memory): Remembered {
  const known = memory.get(value);
  return known?.subset === subset ? known : { subset };
}

interface State {
  version: StagedVersion;
  remembered: Remembered;
  /** Does the observed VirtualService lead there? */
  wasRouted: boolean;
  isRoutable: boolean;
  /** Seconds until it is routable, if nothing else changes. */
  wait?: number;
}

function stateOf(version: StagedVersion, input: StageInput): State {
  const { observed } = input;
  const wasRouted = observed.routes?.has(version.subset) ?? false;
  const remembered = nextMemory(version, wasRouted, input);
  const isCandidate = remembered.readySince !== undefined && !version.isLeaving;
  if (wasRouted || !isCandidate || remembered.subsetSince === undefined) {
    return { version, remembered, wasRouted, isRoutable: wasRouted && isCandidate };
  }
  const { settleSeconds, now } = input;
  const wait = Math.max(
    secondsLeft(remembered.subsetSince, settleSeconds, now),
    secondsLeft(remembered.readySince, settleSeconds, now),
  );
  return { version, remembered, wasRouted, isRoutable: wait === 0, wait };
}

/** Since when the version has its subset and is ready, if that is so. */
function nextMemory(
  version: StagedVersion,
  wasRouted: boolean,
  { observed, now }: StageInput,
): Remembered {
  const { value, subset } = version;
  const { subsetSince = rfc3339(now), ...known } = rememberedOf(version, observed.memory);
  const isThere = observed.subsets?.get(subset)?.value === value;
  // Pods of an earlier template count as ready only where the version is known to be theirs, too.
  const isKnown = wasRouted || known.readySince !== undefined;
  const isReady = version.isReady && (isKnown || version.isRolledOut);
  return {
    subset,
    ...(isThere ? { subsetSince } : {}),
    ...(isReady ? { readySince: known.readySince ?? rfc3339(now) } : {}),
  };
}

function routing(
  states: readonly State[],
  { splitter, defaultValue, observed }: StageInput,
): { routed: Set<string>; isDefaultRouted: boolean; former: string | undefined } {
  const routable = new Set(
    states.filter(({ isRoutable }) => isRoutable).map(({ version }) => version.value),
  );
  const byDefault = states.find(({ version }) => version.value === defaultValue);
  const isDefaultRouted =
    byDefault !== undefined &&
    (byDefault.isRoutable || (byDefault.wasRouted && !byDefault.version.isLeaving));
  const former = states.find(({ version }) => version.subset === observed.defaultRoute);
  const isStaying = byDefault !== undefined && !isDefaultRouted && former?.isRoutable === true;
  /** Would its requests go to pods that are ready, if it had no routes? */
  const hasOther = ({ version }: State): boolean => {
    if (
      borderedPrefixes(version.value, splitter)
        .slice(1)
        .some((level) => routable.has(level))
    )
      return true;
    if (byDefault !== undefined && byDefault.version !== version) return byDefault.isRoutable;
    // They would go to all pods of the Service. One that leaves goes anyway.
    return version.isLeaving;
  };
  const staying = states.filter((state) => state.wasRouted && !hasOther(state));
  return {
    routed: new Set([...routable, ...staying.map(({ version }) => version.value)]),
    isDefaultRouted,
    former: isStaying ? former.version.subset : undefined,
  };
}

function subsetOf({ value, subset, labels }: StagedVersion): VersionSubset {
  return { value, subset, labels };
}

function byName(a: VersionSubset, b: VersionSubset): number {
  return byText(a.subset, b.subset);
}

function earliest(waits: readonly (number | undefined)[]): { wait?: number } {
  const due = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
  return due.length === 0 ? {} : { wait: Math.min(...due) };
}
