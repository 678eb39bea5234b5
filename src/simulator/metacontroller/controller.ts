import type { ApiServer, Client } from '../api-server/types.ts';
import type { Clock } from '../clock.ts';
import { isReason, notFound } from '../errors.ts';
import { type HookClient, TIMED_OUT } from '../hook-call.ts';
import { apiVersionOf, groupKey, type ServedKind } from '../kinds.ts';
import { type LocalObject, qualifiedName } from '../object.ts';
import type { AppliedCache } from './applied-cache.ts';
import type { Informers } from './informers.ts';
import type { WorkQueue } from './work-queue.ts';

export type ApplyStrategy = 'dynamic-apply' | 'server-side-apply';

export interface ClusterEvent {
  time: string;
  /** `Kind namespace/name`, or `Kind name`. */
  object: string;
  type: 'Warning' | 'Normal';
  reason: string;
  message: string;
}

/** What all controllers share. */
export interface Metacontroller {
  clock: Clock;
  api: ApiServer;
  client: Client;
  informers: Informers;
  /** What server-side apply wrote last. */
  applied: AppliedCache;
  hooks: HookClient;
  strategy: ApplyStrategy;
  events: ClusterEvent[];
}

export type Groups = Record<string, Record<string, LocalObject>>;

/** `Kind.group/version` → objects by name; a group is there even when it is empty. */
export function addGroup(groups: Groups, kind: ServedKind, objects: readonly LocalObject[]): void {
  const key = groupKey(apiVersionOf(kind), kind.kind);
  groups[key] ??= {};
  for (const object of objects) groups[key][qualifiedName(object)] = object;
}

/** Go writes maps sorted by key. */
export function sortedGroups(groups: Groups): Groups {
  return Object.fromEntries(Object.entries(groups).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** 429: retried later, without an event. */
export class TooManyRequestsError extends Error {
  readonly afterSeconds: number;

  constructor(afterSeconds: number) {
    super(`Too many request, it will be resync after: ${afterSeconds}`);
    this.name = 'TooManyRequestsError';
    this.afterSeconds = afterSeconds;
  }
}

/** One hook call (pkg/hooks/webhook.go): anything but 200 and a valid body is an error. */
export async function callHook<T>(
  { hooks }: Metacontroller,
  url: string,
  body: unknown,
  decode: (body: string) => T,
): Promise<T> {
  const answer = await hooks.call({ method: 'POST', url, body });
  if (answer.statusCode === 429) {
    throw new TooManyRequestsError(Number(answer.headers?.['retry-after'] ?? 0));
  }
  if (answer.statusCode !== 200) {
    throw new Error(`unsupported status code: ${answer.statusCode} body: ${answer.body}`);
  }
  return decode(answer.body);
}

const UPDATE_TRIES = 4;

/** A read-modify-write that is retried after a conflict. NotFound when the object was replaced by another one. */
export async function atomicUpdate(
  metacontroller: Metacontroller,
  object: LocalObject,
  change: (live: LocalObject) => LocalObject | undefined,
  subresource?: 'status',
): Promise<LocalObject> {
  const { api, client } = metacontroller;
  const write = subresource ? api.updateStatus : api.update;
  const key = api.keyOf(object);
  let failure: unknown;
  for (let tries = 0; tries < UPDATE_TRIES; tries += 1) {
    const live = api.get(key);
    if (live.metadata.uid !== object.metadata.uid) throw notFound(key.name);
    const next = change(live);
    if (!next) return live;
    try {
      return await write(client, next);
    } catch (error) {
      failure = error;
    }
    if (!isReason(failure, 'Conflict')) break;
  }
  throw failure;
}

/** A failed sync becomes a Warning event and is retried after a growing delay. A call that timed out has taken 10 s more. */
export async function syncOrRetry(
  { clock, events }: Metacontroller,
  queue: WorkQueue,
  key: string,
  parent: LocalObject,
  sync: () => Promise<void>,
): Promise<void> {
  try {
    await sync();
    queue.forget(key);
  } catch (error) {
    if (error instanceof TooManyRequestsError) {
      queue.addAfter(key, Math.max(error.afterSeconds * 1000, 1));
      return;
    }
    const why = error instanceof Error ? error.message : String(error);
    events.push({
      time: clock.now().toISOString(),
      object: `${parent.kind} ${qualifiedName(parent)}`,
      type: 'Warning',
      reason: 'SyncError',
      message: `Sync error: ${why}`,
    });
    queue.addRateLimited(key, why.includes(TIMED_OUT) ? 10_000 : 0);
  }
}

/** The work's failure begins with what was being done, as Go's `fmt.Errorf("…: %w")` has it; its class stays. */
export async function doing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error) error.message = `${what}: ${error.message}`;
    throw error;
  }
}

/** `Kind namespace/name`, with an empty namespace (`Kind /name`) where there is none: as Metacontroller's messages have it. */
export function nameOf({ kind, metadata }: LocalObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Several failures become one error, as k8s.io/apimachinery/pkg/util/errors.NewAggregate prints them. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 0) return;
  const messages = [...new Set(errors.map(message))];
  throw new Error(messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`);
}
