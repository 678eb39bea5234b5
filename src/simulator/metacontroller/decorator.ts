import { DECORATOR_ANNOTATION } from '../../api/marks.ts';
import { matchesSelector } from '../../k8s/selector.ts';
import type { Change } from '../api-server/store.ts';
import { isReason } from '../errors.ts';
import { controllerUid, type LocalObject, qualifiedName } from '../object.ts';
import type { AppliedCache } from './apply-server-side.ts';
import {
  addGroup,
  callHook,
  type Groups,
  type Metacontroller,
  message,
  syncOrRetry,
} from './controller.ts';
import { createCustomize } from './customize.ts';
import { decorated } from './decorated.ts';
import type { Decorator } from './decorators.ts';
import { type DecoratorAnswer, decodeDecorator } from './hook-response.ts';
import { groupDesired, manageChildren } from './manage-children.ts';
import { createWorkQueue } from './work-queue.ts';

/**
 * A DecoratorController (pkg/controller/decorator/controller.go), without finalize hook. Returns what to do at each
 * resync.
 */
export function startDecorator(
  metacontroller: Metacontroller,
  { controller, parentKind, selector, attachmentKinds, urls }: Decorator,
): () => void {
  const { clock, api, client, informers } = metacontroller;
  const { name: controllerName } = controller.metadata;
  const applied: AppliedCache = new Map();

  const isSelected = ({ metadata }: LocalObject) => matchesSelector(selector, metadata.labels);

  const enqueue = (parent: LocalObject): void => {
    if (isSelected(parent)) queue.add(qualifiedName(parent));
  };

  const customize = createCustomize(metacontroller, {
    url: urls.customize,
    controller,
    parentKind,
    enqueue,
  });

  /** Those that it made itself, as an annotation tells; it adopts none. */
  const attachmentsOf = (parent: LocalObject): Groups => {
    const groups: Groups = {};
    for (const kind of attachmentKinds) {
      const own = informers
        .list(kind)
        .filter((child) => controllerUid(child) === parent.metadata.uid)
        .filter(({ metadata }) => metadata.annotations?.[DECORATOR_ANNOTATION] === controllerName);
      addGroup(groups, kind, own);
    }
    return groups;
  };

  const callSync = async (object: LocalObject, attachments: Groups): Promise<DecoratorAnswer> => {
    const related = await customize.related(object);
    const body = { controller, object, attachments, related, finalizing: false };
    try {
      return await callHook(metacontroller, urls.sync, body, decodeDecorator);
    } catch (error) {
      if (error instanceof Error) error.message = `sync hook failed (version=v2): ${error.message}`;
      throw error;
    }
  };

  /** PUT of the object as it was seen: when it has changed since, its own event brings the next sync. False: it had. */
  const write = async (object: LocalObject): Promise<boolean> => {
    try {
      await api.update(client, object);
      return true;
    } catch (error) {
      if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return false;
      const what = `${object.kind} ${qualifiedName(object)}`;
      throw new Error(`can't update ${what}: ${message(error)}`);
    }
  };

  const marked = (child: LocalObject): LocalObject => {
    const annotations = { ...child.metadata.annotations, [DECORATOR_ANNOTATION]: controllerName };
    return { ...child, metadata: { ...child.metadata, annotations } };
  };

  const manage = async (
    parent: LocalObject,
    observed: Groups,
    answer: DecoratorAnswer,
  ): Promise<void> => {
    if (parent.metadata.deletionTimestamp !== undefined) return;
    const desired = groupDesired(answer.attachments.map(marked));
    try {
      await manageChildren(metacontroller, applied, parent, observed, desired);
    } catch (error) {
      const what = `${parent.kind} /${qualifiedName(parent)}`;
      throw new Error(`can't reconcile children for ${what}: ${message(error)}`);
    }
  };

  const sync = async (parent: LocalObject): Promise<void> => {
    const observed = attachmentsOf(parent);
    const answer = await callSync(parent, observed);
    const delay = answer.resyncAfterSeconds;
    if (delay > 0) queue.addAfter(qualifiedName(parent), delay * 1000);
    const isPlayed = ({ kind }: LocalObject) => attachmentKinds.some((one) => one.kind === kind);
    if (answer.status !== undefined || !answer.attachments.every(isPlayed)) {
      throw new Error(
        'the in-memory cluster plays no status and no undeclared attachments of a decorator',
      );
    }
    const object = decorated(parent, answer);
    if (object && !(await write(object))) return;
    await manage(parent, observed, answer);
  };

  const queue = createWorkQueue(clock, async (key) => {
    const parent = informers.get(parentKind, key);
    if (!parent) {
      queue.forget(key);
      return;
    }
    await syncOrRetry(metacontroller, queue, key, parent, () => sync(parent));
  });

  const onAttachment = ({ before, after }: Change): void => {
    const uid = controllerUid(after ?? before ?? controller);
    const parent = informers.list(parentKind).find(({ metadata }) => metadata.uid === uid);
    if (uid !== undefined && parent) enqueue(parent);
  };

  informers.onChange(async (change) => {
    const object = change.after ?? change.before;
    if (change.kind === parentKind && object) enqueue(object);
    if (attachmentKinds.includes(change.kind)) onAttachment(change);
    await customize.notify(change);
  });

  return () => {
    for (const parent of informers.list(parentKind)) enqueue(parent);
  };
}
