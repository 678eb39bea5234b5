import type { IstioMatch } from '../../api/dynamicenv.ts';
import { PLAN_ANNOTATION } from '../../api/marks.ts';
import { isMatchList, isName } from '../../api/match-shape.ts';
import { canonicalJson, jsonEqual } from '../../k8s/canonical.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { rememberedByText } from '../../k8s/remembered.ts';

/** One active RouteInjection as far as rendering needs it. */
export interface PlannedInjection {
  env: string;
  /** The env's creationTimestamp. */
  created: string;
  deployment: { namespace: string; name: string };
  clone: string;
  host: string;
  from: string[];
  /** The env's subset; what the version before reads. */
  to: string;
  /** The env's subset instead of the base's subset that is the key, where it is not `to`. */
  targets?: Record<string, string>;
  matches: IstioMatch[];
}

/** What became of one env's wish in this VirtualService; also the value of its index label, until it leaves. Mildest first. */
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

/** Why an env's wish is not simply `injected` or `pending`. */
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
  /** How often the API server was asked again to have the routes rendered. */
  attempt?: number;
  /** When the plan last changed or was last asked for again (RFC 3339). */
  at?: string;
}

export const EMPTY_PLAN: Plan = Object.freeze({ injections: [], notes: [] });

export function isEmptyPlan({ injections, notes }: Plan): boolean {
  return injections.length === 0 && notes.length === 0;
}

/** Do two plans say the same, whenever and however often they were asked for? */
export function samePlan(a: Plan, b: Plan): boolean {
  return jsonEqual(a.injections, b.injections) && jsonEqual(a.notes, b.notes);
}

/** Equal plans give equal text, so that an unchanged plan is an unchanged annotation. */
export function serializePlan(plan: Plan): string {
  return canonicalJson(plan);
}

/** Undefined when the text is not a plan: edited by hand, or written by something else. */
export function parsePlan(text: string | undefined): Plan | undefined {
  return text === undefined ? undefined : planIn(text);
}

/** What is written as a plan is read as one soon after: in that write's admission, and in the sync that it causes. */
const planIn = rememberedByText({ size: 64, bytes: 2 * 2 ** 20 }, (text): Plan | undefined => {
  const value = parseJson(text);
  return isPlan(value) ? value : undefined;
});

/** Many questions are asked of one object's plan; forgotten together with the object. */
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
    isMatchList(value['matches'])
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
