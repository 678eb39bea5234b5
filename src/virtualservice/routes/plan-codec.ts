import type { IstioMatch } from '../../api/dynamicenv.ts';
import { isEntry } from '../../api/entry-shape.ts';
import { PLAN_ANNOTATION } from '../../api/marks.ts';
import { isMatchList, isName } from '../../api/match-shape.ts';
import type { Entry } from '../../api/routeinjection.ts';
import { canonicalJson, jsonEqual } from '../../k8s/canonical.ts';
import { isMap } from '../../k8s/json-map.ts';
import { memoizedByText } from '../../k8s/memoize.ts';
import type { KubeObject } from '../../k8s/object.ts';

/** The part of one active RouteInjection that rendering needs. */
export interface PlannedInjection {
  env: string;
  /** The env's creationTimestamp. */
  created: string;
  deployment: { namespace: string; name: string };
  clone: string;
  host: string;
  from: string[];
  /** The env's subset. An older version of this service reads only this field. */
  to: string;
  /** By subset of the base: the env's subset that replaces it, where that is not `to`. */
  targets?: Record<string, string>;
  matches: IstioMatch[];
  /** Requests that select this ref for the host's Service are routed to the clone, too. */
  ref?: string;
  /** It stands for a host at gateways, not for a Service: `from` and `to` are empty. */
  entry?: Entry;
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

/** Value of the plan annotation. */
export interface Plan {
  injections: PlannedInjection[];
  notes: PlanNote[];
  /** How many retries there were: writes whose only purpose is that admission renders the routes. */
  attempt?: number;
  /** Time of the plan's last change or of the last retry (RFC 3339). */
  at?: string;
}

export const EMPTY_PLAN: Plan = Object.freeze({ injections: [], notes: [] });

export function isEmptyPlan({ injections, notes }: Plan): boolean {
  return injections.length === 0 && notes.length === 0;
}

/** Are two plans equal apart from retries and times? */
export function samePlan(a: Plan, b: Plan): boolean {
  return jsonEqual(a.injections, b.injections) && jsonEqual(a.notes, b.notes);
}

/** Equal plans give equal text, so that an unchanged plan does not change the annotation. */
export function serializePlan(plan: Plan): string {
  return canonicalJson(plan);
}

/** Undefined when the text is not a plan: somebody edited it, or another program wrote it. */
export function parsePlan(text: string | undefined): Plan | undefined {
  return text === undefined ? undefined : planIn(text);
}

/** A plan that was written is read again soon: in the admission of that write, and in the sync that it causes. */
const planIn = memoizedByText({ size: 64, bytes: 2 * 2 ** 20 }, (text): Plan | undefined => {
  const value = parseJson(text);
  return isPlan(value) ? value : undefined;
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

function isPlan(value: unknown): value is Plan {
  return (
    isMap(value) &&
    isListOf(value['injections'], isInjection) &&
    isListOf(value['notes'], isNote) &&
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
    isMatchList(value['matches']) &&
    (value['ref'] === undefined || isName(value['ref'])) &&
    (value['entry'] === undefined || isEntry(value['entry']))
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
