import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { CONTROLLER_UID_LABEL, envLabel, LAST_APPLIED_ANNOTATION } from '../../src/api/marks.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import type { Refusal } from '../../src/crd/refusal.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import { jsonEqual } from '../../src/k8s/canonical.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import type { Deployment } from '../../src/k8s/workload.ts';
import { type EnvDecision, finalizeEnv, syncEnv } from '../../src/kinds/dynamicenv/sync.ts';
import type { DecisionConfig } from '../../src/kinds/kinds.ts';
import { decorate } from '../../src/kinds/virtualservice/sync.ts';
import { renderRoutes } from '../../src/virtualservice/injections/render.ts';
import { type Plan, parsePlan, serializePlan } from '../../src/virtualservice/routes/plan-codec.ts';
import { scopeOf } from '../../src/virtualservice/routes/scope.ts';
import { withoutOurs } from '../../src/virtualservice/routes/strip.ts';
import { at, CONFIG, deepFreeze, running, stamp } from './objects.ts';
import { childrenMap, relatedMap } from './sent.ts';

/**
 * One env, its children, and the other objects that its decisions depend on. The functions below change it in place.
 */
export interface EnvFixture {
  env: DynamicEnv;
  children: KubeObject[];
  others: KubeObject[];
  config: DecisionConfig;
  mode: 'dynamic-apply' | 'server-side-apply';
  /** Current time, in seconds after `NOW`. */
  time: number;
  /** If true, a clone's pods are available as soon as the clone exists. */
  podsStart: boolean;
}

export function envFixture(
  env: DynamicEnv,
  others: KubeObject[],
  rest: Partial<EnvFixture> = {},
): EnvFixture {
  const basics = { children: [], config: CONFIG, time: 0, podsStart: true };
  return { env, others, mode: 'server-side-apply', ...basics, ...rest };
}

/**
 * The decision of sync, or of finalize if the env is being deleted. The input is frozen, and the answer is not
 * applied.
 */
export function decide(now: EnvFixture, refusals: readonly Refusal[] = []): EnvDecision {
  const input = deepFreeze({
    env: now.env,
    children: childrenMap(now.children),
    related: relatedMap(now.env, now.config, relatedOf(now)),
  });
  return now.env.metadata.deletionTimestamp === undefined
    ? syncEnv(input, refusals, now.config, at(now.time))
    : finalizeEnv(input, now.config, at(now.time));
}

/** The related objects that Metacontroller would send. VirtualServices without the env's label are not among them. */
function relatedOf({ env, others, children }: EnvFixture): KubeObject[] {
  const label = envLabel(env.metadata.name);
  const seen = others.filter(
    ({ kind, metadata }) => kind !== 'VirtualService' || metadata.labels?.[label] !== undefined,
  );
  return [...seen, ...children.filter(({ kind }) => kind === 'Deployment')];
}

/**
 * One sync. The answer is applied as Metacontroller applies it. Then each VirtualService is updated, as decorator and
 * webhook do it.
 */
export function step(now: EnvFixture, { webhook = true } = {}): EnvDecision {
  const decision = decide(now);
  now.children = decision.children.map((child) => applied(child, now));
  now.env = { ...now.env, status: decision.status };
  now.others = now.others.map((object) =>
    object.kind === 'VirtualService' ? followed(object as VirtualService, now, webhook) : object,
  );
  return decision;
}

/** Repeats steps at the same time until nothing changes any more. */
export function settle(now: EnvFixture, options = {}): EnvDecision {
  for (let count = 0; count < 20; count += 1) {
    const before = { children: now.children, others: now.others, status: now.env.status };
    const decision = step(now, options);
    const after = { children: now.children, others: now.others, status: now.env.status };
    if (jsonEqual(before, after)) return decision;
  }
  throw new Error('the fixture still changes after 20 steps');
}

/** Advances the time, then repeats steps until nothing changes. */
export function wait(now: EnvFixture, seconds: number, options = {}): EnvDecision {
  now.time += seconds;
  return settle(now, options);
}

/** A desired child as it is in the cluster after it was applied. */
export function applied(child: KubeObject, now: EnvFixture): KubeObject {
  const old = now.children.find((candidate) => keyOf(candidate) === keyOf(child));
  const labels = { ...child.metadata.labels, [CONTROLLER_UID_LABEL]: now.env.metadata.uid ?? '' };
  const asked = { ...child, metadata: { ...child.metadata, labels } };
  const annotations =
    now.mode === 'dynamic-apply'
      ? { ...child.metadata.annotations, [LAST_APPLIED_ANNOTATION]: JSON.stringify(asked) }
      : child.metadata.annotations;
  const isSame =
    old !== undefined &&
    jsonEqual(specOf(old), specOf(child)) &&
    jsonEqual(old.metadata.annotations ?? {}, annotations ?? {});
  if (isSame) return old;
  const generation = (old?.metadata.generation ?? 0) + 1;
  const written = {
    ...asked,
    metadata: {
      ...asked.metadata,
      ...(annotations === undefined ? {} : { annotations }),
      uid: `${keyOf(child)}-uid`,
      generation,
      resourceVersion: String(Number(old?.metadata.resourceVersion ?? 100) + 1),
      creationTimestamp: old?.metadata.creationTimestamp ?? stamp(now.time),
      ownerReferences: [ownerOf(now.env)],
      managedFields: [{ manager: 'metacontroller', operation: 'Apply', time: stamp(now.time) }],
    },
  };
  return child.kind === 'Deployment' && now.podsStart
    ? running(written as unknown as Deployment)
    : written;
}

export function ownerOf({ apiVersion, kind, metadata }: DynamicEnv) {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true };
}

/** A VirtualService after the decorator and the webhook have handled it with the fixture's RouteInjections. */
export function followed(object: VirtualService, now: EnvFixture, webhook = true): VirtualService {
  const injections = now.children.filter(({ kind }) => kind === 'RouteInjection');
  return carrying(object, injections as RouteInjection[], now, webhook);
}

export function carrying(
  object: VirtualService,
  injections: readonly RouteInjection[],
  { time, config }: Pick<EnvFixture, 'time' | 'config'> = { time: 0, config: CONFIG },
  webhook = true,
): VirtualService {
  const { labels, annotations } = decorate(object, injections, config, at(time));
  const plan = parsePlan(annotations['riskified.com/route-injections'] ?? undefined);
  const users = withoutOurs(object);
  const rendered = renderRoutes(users, plan?.injections ?? [], scopeOf(object, config)).http;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: changed(object.metadata.labels, labels),
      annotations: changed(object.metadata.annotations, annotations),
    },
    spec: webhook ? { ...object.spec, http: rendered } : object.spec,
  };
}

/** The text of the plan annotation, for tests that write this annotation themselves. */
export function planText(plan: Partial<Plan>): string {
  return serializePlan({ injections: [], notes: [], ...plan });
}

function changed(map: Record<string, string> = {}, changes: Record<string, string | null>) {
  const entries = Object.entries({ ...map, ...changes });
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

function specOf(object: KubeObject): unknown {
  return Reflect.get(object, 'spec');
}

/** The objects as texts of kind and name, to keep expectations short. */
export function namesOf(objects: readonly KubeObject[]): string[] {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
}
