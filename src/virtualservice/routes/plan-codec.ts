import type { IstioMatch } from '../../api/dynamicenv.ts';
import { isEntry } from '../../api/entry-shape.ts';
import { PLAN_ANNOTATION } from '../../api/marks.ts';
import { isMatchList, isName } from '../../api/match-shape.ts';
import type { Entry } from '../../api/routeinjection.ts';
import { isLaterMatch } from '../../api/selection.ts';
import { canonicalJson, jsonEqual } from '../../k8s/canonical.ts';
import { isMap } from '../../k8s/json-map.ts';
import { memoizedByText } from '../../k8s/memoize.ts';
import type { KubeObject } from '../../k8s/object.ts';
import {
  hasMergeFields,
  isPlannedMerges,
  MERGE_FIELDS,
  type PlannedMerges,
} from './merge-codec.ts';

/** The part of one active RouteInjection that rendering needs. */
export interface PlannedInjection {
  env: string;
  /** The env's creationTimestamp. */
  created: string;
  deployment: { namespace: string; name: string };
  clone: string;
  host: string;
  from: string[];
  /** The env's subset. An older version of this service reads only this field. Empty with `service`. */
  to: string;
  /** By subset of the base: the env's subset that replaces it, where that is not `to`. */
  targets?: Record<string, string>;
  /** Another Service, to which the requests go instead of a subset of `host`. */
  service?: PlannedService;
  matches: IstioMatch[];
  /** Requests that select this ref for the host's Service are routed to the clone, too. */
  ref?: string;
  /** It stands for a host at gateways, not for a Service: `from` and `to` are empty. */
  entry?: Entry;
}

/** See `TargetService` in `api/routeinjection.ts`. */
export interface PlannedService {
  host: string;
  ports: number[];
  basePorts: number[];
}

/** The state of one injection in this VirtualService; also the value of the env's index label until its removal. Mildest first. */
export const INJECTION_STATES = [
  'injected',
  'pending',
  'shadowed',
  'unguarded',
  'skipped',
  'invalid',
  'too-large',
] as const;
export type InjectionState = (typeof INJECTION_STATES)[number];

/** Why an injection's state is not simply `injected` or `pending`. */
export interface PlanNote {
  env: string;
  deployment: { namespace: string; name: string };
  host: string;
  state: InjectionState;
  message: string;
  /** With `shadowed`: only before some routes. */
  partial?: boolean;
}

/**
 * Value of the plan annotation. There, injections that version 0.1 does not understand are in a list of their own,
 * `laterInjections`: those with `service`, and those with conditions that it does not know. It ignores that list and renders all others, while an entry of an unknown shape among
 * `injections` would make the whole plan unreadable to it, and everybody's routes would be lost.
 */
export interface Plan extends PlannedMerges {
  injections: PlannedInjection[];
  notes: PlanNote[];
  /** How many retries there were: writes whose only purpose is that admission renders the routes. */
  attempt?: number;
  /** Time of the plan's last change or of the last retry (RFC 3339). */
  at?: string;
}

export const EMPTY_PLAN: Plan = Object.freeze({ injections: [], notes: [] });

export function isEmptyPlan(plan: Plan): boolean {
  const { injections, notes } = plan;
  return injections.length === 0 && notes.length === 0 && !hasMergeFields(plan);
}

/** Are two plans equal apart from retries and times? */
export function samePlan(a: Plan, b: Plan): boolean {
  return (
    jsonEqual(stored(a).injections, stored(b).injections) &&
    jsonEqual(stored(a).laterInjections ?? [], stored(b).laterInjections ?? []) &&
    jsonEqual(a.notes, b.notes) &&
    MERGE_FIELDS.every((field) => jsonEqual(a[field], b[field]))
  );
}

/** At most so many bytes of a stored plan are the list `laterInjections` itself, without its entries. */
export const LATER_LIST_BYTES = '"laterInjections":[],'.length;

/** A plan as it is written. The two lists together have the plan's injections; their common order does not matter. */
interface StoredPlan extends Plan {
  laterInjections?: PlannedInjection[];
}

function isLater({ service, matches }: PlannedInjection): boolean {
  return service !== undefined || matches.some(isLaterMatch);
}

function stored(plan: Plan): StoredPlan {
  const laterInjections = plan.injections.filter(isLater);
  if (laterInjections.length === 0) return plan;
  const injections = plan.injections.filter((injection) => !isLater(injection));
  return { ...plan, injections, laterInjections };
}

/** Equal plans give equal text, so that an unchanged plan does not change the annotation. */
export function serializePlan(plan: Plan): string {
  return canonicalJson(stored(plan));
}

/** Undefined when the text is not a plan: somebody edited it, or another program wrote it. */
export function parsePlan(text: string | undefined): Plan | undefined {
  return text === undefined ? undefined : planIn(text);
}

/** A plan that was written is read again soon: in the admission of that write, and in the sync that it causes. */
const planIn = memoizedByText({ size: 64, bytes: 2 * 2 ** 20 }, (text): Plan | undefined => {
  const value = parseJson(text);
  if (!isStoredPlan(value)) return undefined;
  const { laterInjections, ...plan } = value;
  if (laterInjections === undefined) return plan;
  return { ...plan, injections: [...plan.injections, ...laterInjections] };
});

/** The plan of one object is read several times in one call. */
const plans = new WeakMap<KubeObject, Plan | undefined>();

/** The plan that an object carries. */
export function planOf(object: KubeObject): Plan | undefined {
  if (!plans.has(object))
    plans.set(object, parsePlan(object.metadata.annotations?.[PLAN_ANNOTATION]));
  return plans.get(object);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isStoredPlan(value: unknown): value is StoredPlan {
  return (
    isMap(value) &&
    isListOf(value['injections'], isInjection) &&
    (value['laterInjections'] === undefined ||
      isListOf(value['laterInjections'], isLaterInjection)) &&
    isListOf(value['notes'], isNote) &&
    isPlannedMerges(value) &&
    isOptional(value['attempt'], 'number') &&
    isOptional(value['at'], 'string')
  );
}

function isInjection(value: unknown): boolean {
  return (
    isMap(value) &&
    ['env', 'created', 'clone', 'host', 'to'].every((key) => isName(value[key])) &&
    isDeployment(value['deployment']) &&
    isListOf(value['from'], isName) &&
    (value['targets'] === undefined || isMapOfNames(value['targets'])) &&
    (value['service'] === undefined || isService(value['service'])) &&
    isMatchList(value['matches']) &&
    (value['ref'] === undefined || isName(value['ref'])) &&
    (value['entry'] === undefined || isEntry(value['entry']))
  );
}

function isLaterInjection(value: unknown): boolean {
  return isInjection(value) && isLater(value as PlannedInjection);
}

function isService(value: unknown): boolean {
  return (
    isMap(value) &&
    isName(value['host']) &&
    ['ports', 'basePorts'].every((key) => isListOf(value[key], Number.isInteger))
  );
}

function isNote(value: unknown): boolean {
  return (
    isMap(value) &&
    ['env', 'host', 'message'].every((key) => typeof value[key] === 'string') &&
    isDeployment(value['deployment']) &&
    isOptional(value['partial'], 'boolean') &&
    INJECTION_STATES.some((state) => state === value['state'])
  );
}

function isDeployment(value: unknown): boolean {
  return isMap(value) && ['namespace', 'name'].every((key) => isName(value[key]));
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isMapOfNames(value: unknown): boolean {
  return isMap(value) && Object.values(value).every(isName);
}

function isOptional(value: unknown, type: 'boolean' | 'number' | 'string'): boolean {
  return value === undefined || typeof value === type;
}
