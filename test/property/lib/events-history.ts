import type { DynamicEnv, DynamicEnvSpec } from '../../../src/api/dynamicenv.ts';
import { PHASES, type Subscriber } from '../../../src/api/subscriber.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Deployment } from '../../../src/k8s/workload.ts';
import { INCARNATION, variable } from '../../../src/kinds/dynamicenv/events/variables.ts';
import { decide, type EnvFixture, envFixture } from '../../support/env-fixture.ts';
import { at, running, stamp } from '../../support/objects.ts';
import { ordersEnv, ordersMesh } from '../../support/subscribers.ts';

/** One sync. Each kind of child has a cache of its own, which is late by any number of seconds, but never goes back; each write may be lost. */
export interface Sync {
  lag: { Subscriber: number; Deployment: number };
  lost: readonly string[];
}

/** Children as they were from some time on. */
interface Version {
  since: number;
  objects: KubeObject[];
}

/**
 * The children of an env as the API server stores them, with their past. What the checks know is only what was stored and what the syncs
 * saw: nothing of it is read from the times that the decisions note.
 */
export interface History {
  now: EnvFixture;
  stored: { Subscriber: Version[]; Deployment: Version[] };
  /** What each cache shows is no older. */
  cachedUntil: Record<'Subscriber' | 'Deployment', number>;
  others: KubeObject[];
  podsRun: boolean;
  uid: number;
  /** Incarnation → when a Subscriber of it was last stored as Live. */
  lastLive: Map<string, number>;
  /** Incarnation → the first sync that saw it Leaving, since it was last stored in another phase. */
  seenLeaving: Map<string, number>;
  /** Subscribers, by uid, whose clone the product took away. */
  withoutClone: Set<string>;
  problems: string[];
  /** Changes what the syncs are shown of what they see. With it any phase may be written. */
  control?: Control;
}

/** A rule that loses messages. `own`: as it is stored. */
export type Control = (own: Subscriber, env: DynamicEnv, time: number) => Subscriber;

type Kind = keyof History['stored'];
const KINDS: readonly Kind[] = ['Subscriber', 'Deployment'];

export function history(spec: Partial<DynamicEnvSpec>, control?: Control): History {
  return {
    ...(control === undefined ? {} : { control }),
    now: envFixture(ordersEnv(spec), ordersMesh()),
    stored: {
      Subscriber: [{ since: 0, objects: [] }],
      Deployment: [{ since: 0, objects: [] }],
    },
    cachedUntil: { Subscriber: 0, Deployment: 0 },
    others: [],
    podsRun: true,
    uid: 0,
    lastLive: new Map(),
    seenLeaving: new Map(),
    withoutClone: new Set(),
    problems: [],
  };
}

const last = (versions: readonly Version[]): KubeObject[] => versions.at(-1)?.objects ?? [];

export function incarnationOf(object: KubeObject): string {
  if (object.kind === 'Subscriber') return (object as Subscriber).spec.incarnation;
  const containers = (object as Deployment).spec.template.spec?.containers ?? [];
  return containers.flatMap(({ env }) => variable(env, INCARNATION)?.value ?? [])[0] ?? '';
}

function seen({ stored, cachedUntil, now }: History, kind: Kind, lag: number): KubeObject[] {
  cachedUntil[kind] = Math.max(cachedUntil[kind], now.time - lag);
  return stored[kind].findLast(({ since }) => since <= cachedUntil[kind])?.objects ?? [];
}

function store(history: History, kind: Kind, objects: KubeObject[]): void {
  history.stored[kind].push({ since: history.now.time, objects });
  if (kind === 'Subscriber') noteLive(history);
}

function noteLive({ stored, lastLive, now }: History): void {
  for (const one of last(stored.Subscriber)) {
    const { phase, incarnation } = (one as Subscriber).spec;
    if (phase === 'Live') lastLive.set(incarnation, now.time);
  }
}

export function advance(history: History, seconds: number): void {
  history.now.time += seconds;
  noteLive(history);
}

/** Somebody deletes a child by hand. */
export function deleteByHand(history: History, kind: Kind): void {
  store(history, kind, []);
}

export function setPods(history: History, run: boolean): void {
  history.podsRun = run;
  store(
    history,
    'Deployment',
    last(history.stored.Deployment).map((one) => pods(one, run, history.now.time)),
  );
}

/** With the times that the Deployment controller writes. */
function pods(one: KubeObject, run: boolean, time: number): KubeObject {
  const object = one as Deployment;
  if (!run) return running(object, { availableReplicas: 0, conditions: [] });
  const since = stamp(time);
  return running(object, {
    conditions: [
      { type: 'Available', status: 'True', lastTransitionTime: since },
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        lastUpdateTime: since,
      },
    ],
  });
}

/** One sync and what becomes of its answer. */
export function sync(history: History, { lag, lost }: Sync): string {
  const { now, control } = history;
  const view = Object.fromEntries(
    KINDS.map((kind) => [kind, seen(history, kind, lag[kind])]),
  ) as Record<Kind, KubeObject[]>;
  const shown = view.Subscriber.map(
    (one) => control?.(one as Subscriber, now.env, now.time) ?? one,
  );
  now.children = [...shown, ...view.Deployment, ...history.others];
  observe(history, view);
  const { children } = decide(now);
  history.others = children.filter(({ kind }) => !(KINDS as readonly string[]).includes(kind));
  for (const kind of KINDS) {
    const answered = children.filter((one) => one.kind === kind);
    checkDropped(history, kind, view[kind], answered);
    checkLive(history, kind, view, answered);
    noteTaken(history, kind, view, answered, lost);
    if (!lost.includes(kind)) write(history, kind, view[kind], answered);
  }
  return JSON.stringify(children);
}

function observe({ seenLeaving, stored, now }: History, view: Record<Kind, KubeObject[]>) {
  const isLeaving = (one: KubeObject) => (one as Subscriber).spec.phase === 'Leaving';
  for (const one of last(stored.Subscriber))
    if (!isLeaving(one)) seenLeaving.delete(incarnationOf(one));
  for (const key of view.Subscriber.filter(isLeaving).map(incarnationOf))
    if (!seenLeaving.has(key)) seenLeaving.set(key, now.time);
}

/** Seconds for which the pods of an incarnation are available, as they are seen; undefined: they are not. */
function availableFor(incarnation: string, clones: KubeObject[], time: number): number | undefined {
  const clone = clones.find((one) => incarnationOf(one) === incarnation) as Deployment | undefined;
  const since = clone?.status?.conditions?.[0]?.lastTransitionTime;
  return since === undefined ? undefined : (at(time).getTime() - Date.parse(since)) / 1000;
}

const name = ({ metadata }: KubeObject) => metadata.name;

function checkDropped(history: History, kind: Kind, was: KubeObject[], is: KubeObject[]): void {
  if (kind !== 'Deployment') return;
  const { lastLive, seenLeaving, now, problems } = history;
  for (const clone of was.filter((one) => !is.some((kept) => name(kept) === name(one)))) {
    const incarnation = incarnationOf(clone);
    if (incarnation === '') continue;
    const live = lastLive.get(incarnation);
    if (live !== undefined && now.time - live < 35)
      problems.push(
        `${stamp(now.time)} ${incarnation} goes, and was Live ${now.time - live} s ago`,
      );
    const first = seenLeaving.get(incarnation);
    if (first === undefined || now.time - first < 35)
      problems.push(`${stamp(now.time)} ${incarnation} goes, and was seen Leaving since ${first}`);
  }
}

/** The clone is deleted, unless it is another one by now. */
function noteTaken(
  { withoutClone, stored }: History,
  kind: Kind,
  view: Record<Kind, KubeObject[]>,
  answered: KubeObject[],
  lost: readonly string[],
): void {
  if (kind !== 'Deployment' || lost.includes(kind)) return;
  const isTaken = view.Deployment.some(
    (one) =>
      !answered.some((kept) => name(kept) === name(one)) &&
      last(stored.Deployment).some(({ metadata }) => metadata.uid === one.metadata.uid),
  );
  if (isTaken) for (const { metadata } of view.Subscriber) withoutClone.add(metadata.uid ?? '');
}

function checkLive(
  history: History,
  kind: Kind,
  view: Record<Kind, KubeObject[]>,
  answered: KubeObject[],
): void {
  if (kind !== 'Subscriber') return;
  const { now, problems } = history;
  const { settleSeconds } = now.config;
  for (const one of answered as Subscriber[]) {
    const { phase, incarnation } = one.spec;
    const before = view.Subscriber.find((other) => name(other) === name(one)) as
      | Subscriber
      | undefined;
    if (phase !== 'Live' || before?.spec.phase === 'Live') continue;
    if (history.withoutClone.has(before?.metadata.uid ?? ''))
      problems.push(`${stamp(now.time)} ${incarnation} is Live, and its clone was taken away`);
    const seconds = availableFor(incarnation, view.Deployment, now.time);
    if (seconds === undefined || seconds < settleSeconds)
      problems.push(`${stamp(now.time)} ${incarnation} is Live, available for ${seconds} s`);
  }
}

/** As Metacontroller does it, and as the API server allows it. */
function write(history: History, kind: Kind, view: KubeObject[], answered: KubeObject[]): void {
  const present = last(history.stored[kind]);
  const deleted = (one: KubeObject) =>
    view.some((old) => old.metadata.uid === one.metadata.uid) &&
    !answered.some((kept) => name(kept) === name(one));
  const kept = present.filter((one) => !deleted(one)).map((one) => updated(one, answered, history));
  const created = answered
    .filter((one) => !present.some((old) => name(old) === name(one)))
    .map((one) => made(one, history));
  const objects = [...kept, ...created];
  const isSame =
    objects.length === present.length && objects.every((one, at) => one === present[at]);
  if (!isSame) store(history, kind, objects);
}

function updated(old: KubeObject, answered: KubeObject[], history: History): KubeObject {
  const wanted = answered.find((one) => name(one) === name(old));
  if (wanted === undefined || isRefused(old, wanted, history)) return old;
  const { uid, creationTimestamp } = old.metadata;
  const next = {
    ...wanted,
    metadata: { ...wanted.metadata, uid, creationTimestamp },
  } as KubeObject;
  const bare = ({ status: _status, ...one }: KubeObject & { status?: unknown }) => {
    const { managedFields: _fields, ...metadata } = one.metadata;
    return JSON.stringify({ ...one, metadata });
  };
  return bare(old) === bare(next) ? old : stamped(next, history);
}

/** The rules of the definition. */
function isRefused(old: KubeObject, wanted: KubeObject, { control }: History): boolean {
  if (old.kind !== 'Subscriber') return false;
  const place = (one: KubeObject) => PHASES.indexOf((one as Subscriber).spec.phase);
  if (control === undefined && place(wanted) < place(old)) return true;
  const fixed = ({ spec: { phase: _phase, ...spec } }: Subscriber) => JSON.stringify(spec);
  return fixed(old as Subscriber) !== fixed(wanted as Subscriber);
}

function made(one: KubeObject, history: History): KubeObject {
  history.uid += 1;
  const creationTimestamp = stamp(history.now.time);
  const metadata = { ...one.metadata, uid: `uid-${history.uid}`, creationTimestamp };
  return stamped({ ...one, metadata }, history);
}

function stamped(one: KubeObject, { now, podsRun }: History): KubeObject {
  const managedFields = [{ manager: 'metacontroller', operation: 'Apply', time: stamp(now.time) }];
  const next = { ...one, metadata: { ...one.metadata, managedFields } };
  return one.kind === 'Deployment' ? pods(next, podsRun, now.time) : next;
}
