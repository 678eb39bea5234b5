import { jsonEqual } from '../k8s/canonical.ts';
import { rfc3339 } from '../k8s/time.ts';
import { decoratorController, URLS } from './controllers.ts';
import { createCustomize } from './customize.ts';
import { isReason } from './errors.ts';
import { type DecoratorAnswer, decodeDecorator } from './hook-response.ts';
import { kindNamed } from './kinds.ts';
import { callHook, type Metacontroller, syncOrRetry } from './metacontroller.ts';
import { type LocalObject, qualifiedName } from './object.ts';
import { createWorkQueue } from './work-queue.ts';

/** Null deletes; keys that are not named stay. */
function updated(
  old: Readonly<Record<string, string>> = {},
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const result = { ...old };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete result[key];
    else result[key] = value;
  }
  return result;
}

function decorated(parent: LocalObject, answer: DecoratorAnswer): LocalObject | undefined {
  const labels = updated(parent.metadata.labels, answer.labels);
  const annotations = updated(parent.metadata.annotations, answer.annotations);
  const same =
    jsonEqual(labels, parent.metadata.labels ?? {}) &&
    jsonEqual(annotations, parent.metadata.annotations ?? {});
  return same ? undefined : { ...parent, metadata: { ...parent.metadata, labels, annotations } };
}

/**
 * The DecoratorController `route-injection` on VirtualServices (pkg/controller/decorator/controller.go), without
 * finalize hook and attachments. Returns what to do at each resync.
 */
export function startDecorator(metacontroller: Metacontroller): () => void {
  const { clock, api, client, informers } = metacontroller;
  const controller = decoratorController(rfc3339(clock.now()));
  const parentKind = kindNamed('VirtualService');

  const enqueue = (parent: LocalObject): void => queue.add(qualifiedName(parent));

  const customize = createCustomize(metacontroller, {
    url: URLS.decorator.customize,
    controller,
    parentKind,
    enqueue,
  });

  const callSync = async (object: LocalObject): Promise<DecoratorAnswer> => {
    const related = await customize.related(object);
    const body = { controller, object, attachments: {}, related, finalizing: false };
    try {
      return await callHook(metacontroller, URLS.decorator.sync, body, decodeDecorator);
    } catch (error) {
      if (error instanceof Error) error.message = `sync hook failed (version=v2): ${error.message}`;
      throw error;
    }
  };

  /** PUT of the object as it was seen: when it has changed since, its own event brings the next sync. */
  const write = async (object: LocalObject): Promise<void> => {
    try {
      await api.update(client, object);
    } catch (error) {
      if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return;
      const what = `${object.kind} ${qualifiedName(object)}`;
      throw new Error(`can't update ${what}: ${error instanceof Error ? error.message : error}`);
    }
  };

  const sync = async (parent: LocalObject): Promise<void> => {
    const answer = await callSync(parent);
    const delay = answer.resyncAfterSeconds;
    if (delay > 0) queue.addAfter(qualifiedName(parent), delay * 1000);
    if (answer.status !== undefined || answer.attachments.length > 0) {
      throw new Error('the in-memory cluster plays no status and no attachments of a decorator');
    }
    const object = decorated(parent, answer);
    if (object) await write(object);
  };

  const queue = createWorkQueue(clock, async (key) => {
    const parent = informers.get(parentKind, key);
    if (!parent) {
      queue.forget(key);
      return;
    }
    await syncOrRetry(metacontroller, queue, key, parent, () => sync(parent));
  });

  informers.onChange(async (change) => {
    const object = change.after ?? change.before;
    if (change.kind === parentKind && object) enqueue(object);
    await customize.notify(change);
  });

  return () => {
    for (const parent of informers.list(parentKind)) enqueue(parent);
  };
}
