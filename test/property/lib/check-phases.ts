import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import type { DestinationRule } from '../../../src/istio/types.ts';
import { type Deployment, isAvailable } from '../../../src/k8s/workload.ts';
import type { HistoryEntry } from '../../../src/simulator/api-server/store.ts';
import { type EnvName, envOfSubset } from './env-choice.ts';
import { fullName, isOurs, type Led, ledBy, type Mirror, ofKind } from './mirror.ts';

/** The history that is needed to check the order of steps. */
export interface Phases {
  /** Deployment's uid → when it was last seen available (ms). */
  available: Map<string, number>;
  /** `host subset` and clone name → when a route last led to it (ms). */
  led: Map<string, number>;
  /** RouteInjection's key → when it was activated (ms). */
  activated: Map<string, number>;
}

export interface PhaseSettings {
  settleSeconds: number;
  drainSeconds: number;
  /** Maximum delay of the cluster's caches. */
  lagSeconds: number;
  metacontrollerUser: string;
  isExempt(env: EnvName): boolean;
  /** When a user last acted (ms). Failures of pods, hooks and writes do not count. */
  lastDeed(): number;
}

export function createPhases(): Phases {
  return { available: new Map(), led: new Map(), activated: new Map() };
}

function names({ host, subset, clone }: Led): string[] {
  return [`${host} ${subset}`, clone];
}

function ruleHost({ metadata, spec }: DestinationRule): string {
  return fullName(spec.host, metadata.namespace);
}

/** Call this before a write is recorded. It notes with the time what exists until then. */
export function remember(phases: Phases, mirror: Mirror, now: number): void {
  for (const deployment of ofKind<Deployment>(mirror, 'Deployment')) {
    if (isAvailable(deployment)) phases.available.set(deployment.metadata.uid ?? '', now);
  }
  for (const name of ledBy(mirror).flatMap(names)) phases.led.set(name, now);
}

/** Call this after a write is recorded. Returns the violations of the order. */
export function phaseProblems(
  entry: HistoryEntry,
  phases: Phases,
  mirror: Mirror,
  settings: PhaseSettings,
): string[] {
  const { key, before, after } = entry;
  const now = Date.parse(entry.time);
  if (key.startsWith('RouteInjection ') && after !== undefined) {
    const [was, is] = [before, after].map(
      (one) => (one as RouteInjection | undefined)?.spec.active,
    );
    if (is && !was) {
      phases.activated.set(key, now);
      return activationProblems(after as unknown as RouteInjection, phases, mirror, settings, now);
    }
    return was && !is ? withdrawalProblems(key, phases, settings) : [];
  }
  const isRemoval = after === undefined && isOurs(before);
  if (!isRemoval || entry.user !== settings.metacontrollerUser) return [];
  return removalProblems(entry, phases, mirror, settings, now);
}

function activationProblems(
  { spec }: RouteInjection,
  { available }: Phases,
  mirror: Mirror,
  { settleSeconds, lagSeconds }: PhaseSettings,
  now: number,
): string[] {
  const what = `${spec.env} is activated for ${spec.host}`;
  const clone = mirror.get(`Deployment shop/${spec.clone}`);
  const seen = available.get(clone?.metadata.uid ?? '');
  const rules = ofKind<DestinationRule>(mirror, 'DestinationRule').filter(
    (rule) =>
      ruleHost(rule) === spec.host && rule.spec.subsets?.some(({ name }) => name === spec.subset),
  );
  const youngest = Math.max(
    ...rules.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '')),
  );
  return [
    ...(seen === undefined || now - seen > lagSeconds * 1000 + 100
      ? [`${what}, but its clone is not available`]
      : []),
    ...(rules.length === 0 ? [`${what} without a DestinationRule`] : []),
    ...(now - youngest < settleSeconds * 1000 ? [`${what} before its rule has settled`] : []),
  ];
}

/** A clone that crashes keeps its routes. They may be deactivated only after an action of a user. */
function withdrawalProblems(
  key: string,
  { activated }: Phases,
  { lastDeed }: PhaseSettings,
): string[] {
  const isUncalledFor = (activated.get(key) ?? 0) > lastDeed() + 100;
  return isUncalledFor ? ['its routes are withdrawn, and nobody has done anything'] : [];
}

function removalProblems(
  { before, key }: HistoryEntry,
  { led }: Phases,
  mirror: Mirror,
  settings: PhaseSettings,
  now: number,
): string[] {
  const env = envOfOwned(before);
  if (env !== undefined && settings.isExempt(env)) return [];
  const name = leadName(before, mirror);
  const last = name === undefined ? undefined : led.get(name);
  const waited = now - (last ?? 0);
  const wanted = (settings.drainSeconds - settings.lagSeconds) * 1000;
  return last === undefined || waited >= wanted
    ? []
    : [`${key} is deleted ${waited / 1000} s after a route led to it`];
}

function envOfOwned(object: HistoryEntry['before']): EnvName | undefined {
  const name = object?.metadata.annotations?.['riskified.com/dynamic-environment'];
  return name as EnvName | undefined;
}

/**
 * The name in `led` of a rule's subset or a clone. Undefined if no route leads to it, or if another rule has the same
 * subset of the same host.
 */
function leadName(object: HistoryEntry['before'], mirror: Mirror): string | undefined {
  if (object?.kind === 'Deployment') return object.metadata.name;
  if (object?.kind !== 'DestinationRule') return undefined;
  const rule = object as unknown as DestinationRule;
  const subset = rule.spec.subsets?.[0]?.name;
  const replaced = ofKind<DestinationRule>(mirror, 'DestinationRule').some(
    (other) => ruleHost(other) === ruleHost(rule) && other.spec.subsets?.[0]?.name === subset,
  );
  return replaced || subset === undefined || envOfSubset(subset) === undefined
    ? undefined
    : `${ruleHost(rule)} ${subset}`;
}
