import { DECORATOR_ANNOTATION } from '../../api/marks.ts';
import type { DecoratorDefinition } from '../../hooks/controller.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { controllerOf } from '../../k8s/controller-of.ts';
import { servedKind } from '../discovery.ts';
import { isReason } from '../errors.ts';
import { type LocalObject, qualifiedName } from '../object.ts';
import {
  addGroup,
  callHook,
  doing,
  type Groups,
  type Metacontroller,
  message,
  nameOf,
  sortedGroups,
} from './controller.ts';
import { createCustomize } from './customize.ts';
import { decorated } from './decorated.ts';
import { createFinalizer } from './finalizer.ts';
import { type DecoratorAnswer, decodeDecorator } from './hook-response.ts';
import { groupDesired, manageChildren } from './manage-children.ts';
import { createParentQueue } from './parent-queue.ts';
import { createParents } from './parents.ts';

/**
 * A DecoratorController (pkg/controller/decorator/controller.go); `controller` is its object, as hooks get it. Returns
 * what to do at each resync.
 */
export function startDecorator(
  metacontroller: Metacontroller,
  { name, resources, attachments, hooks }: DecoratorDefinition,
  controller: LocalObject,
): () => void {
  const { api, client, informers } = metacontroller;
  const parents = createParents(metacontroller, resources);
  const attachmentKinds = attachments.map((resource) => servedKind(api.kinds, resource));
  const finalizer = createFinalizer(
    metacontroller,
    `metacontroller.io/decoratorcontroller-${name}`,
    hooks.finalize !== undefined,
  );

  const enqueue = (parent: LocalObject): void => queue.add(parent);

  const customize = createCustomize(metacontroller, {
    url: hooks.customize,
    controller,
    parents,
    enqueue,
  });

  /** Those that this controller made itself, as an annotation tells; it adopts none. */
  const attachmentsOf = ({ metadata: { uid, namespace } }: LocalObject): Groups => {
    const groups: Groups = {};
    for (const kind of attachmentKinds) {
      const own = informers
        .list(kind)
        .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
        .filter((child) => controllerOf(child)?.uid === uid)
        .filter(({ metadata }) => metadata.annotations?.[DECORATOR_ANNOTATION] === name);
      addGroup(groups, kind, own);
    }
    return groups;
  };

  const callSync = async (object: LocalObject, observed: Groups): Promise<DecoratorAnswer> => {
    const related = await customize.related(object);
    const isLeaving =
      object.metadata.deletionTimestamp !== undefined || !parents.isSelected(object);
    const finalizing = isLeaving && hooks.finalize !== undefined;
    const hook = finalizing ? 'finalize' : 'sync';
    const body = { controller, object, attachments: sortedGroups(observed), related, finalizing };
    return doing(`${hook} hook failed (version=v2)`, () =>
      callHook(metacontroller, hooks[hook] ?? hooks.sync, body, decodeDecorator),
    );
  };

  /** PUTs of the object as it was seen. False: it has changed since or is gone; its own event brings the next sync. */
  const write = async (parent: LocalObject, answer: DecoratorAnswer): Promise<boolean> => {
    const { status } = answer;
    let object = decorated(parent, answer, finalizer);
    try {
      if (status !== undefined && !jsonEqual(status, parent.status)) {
        const { metadata } = await api.updateStatus(client, { ...parent, status });
        const { resourceVersion = '' } = metadata;
        object = object && { ...object, metadata: { ...object.metadata, resourceVersion } };
      }
      if (object) await api.update(client, object);
      return true;
    } catch (error) {
      if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return false;
      throw new Error(`can't update ${parent.kind} ${qualifiedName(parent)}: ${message(error)}`);
    }
  };

  const marked = (child: LocalObject): LocalObject => {
    const annotations = { ...child.metadata.annotations, [DECORATOR_ANNOTATION]: name };
    return { ...child, metadata: { ...child.metadata, annotations } };
  };

  const sync = async (parent: LocalObject): Promise<void> => {
    const observed = attachmentsOf(parent);
    const answer = await callSync(parent, observed);
    queue.addAfter(parent, answer.resyncAfterSeconds);
    const desired = groupDesired(parent, answer.attachments, marked);
    if (!(await write(parent, answer))) return;
    if (parent.metadata.deletionTimestamp !== undefined && !finalizer.shouldFinalize(parent))
      return;
    try {
      await manageChildren(metacontroller, parent, observed, desired);
    } catch (error) {
      throw new Error(`can't reconcile children for ${nameOf(parent)}: ${message(error)}`);
    }
  };

  const queue = createParentQueue(metacontroller, parents, finalizer, sync);

  informers.onChange(async (change) => {
    const parent = parents.changed(change);
    if (parent) enqueue(parent);
    const child = attachmentKinds.includes(change.kind) && (change.after ?? change.before);
    const owner = child && parents.ownerOf(child);
    if (owner) enqueue(owner);
    await customize.notify(change);
  });

  return () => {
    for (const parent of parents.list()) enqueue(parent);
  };
}
