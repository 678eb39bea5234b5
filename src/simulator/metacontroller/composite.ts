import type { CompositeDefinition } from '../../hooks/controller.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { controllerOf } from '../../k8s/controller-of.ts';
import { servedKind } from '../discovery.ts';
import { isReason } from '../errors.ts';
import type { LocalObject } from '../object.ts';
import { childSelector, isSelected, labelled } from './child-selector.ts';
import { claimChildren } from './claim-children.ts';
import {
  atomicUpdate,
  callHook,
  doing,
  type Groups,
  type Metacontroller,
  message,
  nameOf,
  sortedGroups,
} from './controller.ts';
import { createCustomize } from './customize.ts';
import { createFinalizer } from './finalizer.ts';
import { type CompositeAnswer, decodeComposite } from './hook-response.ts';
import { groupDesired, manageChildren } from './manage-children.ts';
import { createParentQueue } from './parent-queue.ts';
import { createParents } from './parents.ts';

/**
 * A CompositeController (pkg/controller/composite/controller.go); `controller` is its object, as hooks get it. Returns
 * what to do at each resync.
 */
export function startComposite(
  metacontroller: Metacontroller,
  definition: CompositeDefinition,
  controller: LocalObject,
): () => void {
  const { api, informers } = metacontroller;
  const { name, parentResource, childResources, hooks } = definition;
  const parents = createParents(metacontroller, [parentResource]);
  const isNamespaced = servedKind(api.kinds, parentResource).namespaced;
  const childKinds = childResources.map((resource) => servedKind(api.kinds, resource));
  const finalizer = createFinalizer(
    metacontroller,
    `metacontroller.io/compositecontroller-${name}`,
    hooks.finalize !== undefined,
  );

  const enqueue = (parent: LocalObject): void => queue.add(parent);

  const customize = createCustomize(metacontroller, {
    url: hooks.customize,
    controller,
    parents,
    enqueue,
  });

  const updateStatus = async (parent: LocalObject, answer: CompositeAnswer): Promise<void> => {
    const status = { ...answer.status, observedGeneration: parent.metadata.generation };
    const change = (live: LocalObject) =>
      jsonEqual(live.status, status) ? undefined : { ...live, status };
    try {
      await doing(`can't update status for ${nameOf(parent)}`, () =>
        atomicUpdate(metacontroller, parent, change, 'status'),
      );
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
    }
  };

  const callSync = (
    parent: LocalObject,
    children: Groups,
    related: Groups,
  ): Promise<CompositeAnswer> => {
    const isLeaving =
      parent.metadata.deletionTimestamp !== undefined || !parents.isSelected(parent);
    const finalizing = isLeaving && hooks.finalize !== undefined;
    const hook = finalizing ? 'finalize' : 'sync';
    const body = { controller, parent, children: sortedGroups(children), related, finalizing };
    const what = `sync hook failed for ${nameOf(parent)}: ${hook} hook failed (version=v2)`;
    return doing(what, () =>
      callHook(metacontroller, hooks[hook] ?? hooks.sync, body, decodeComposite),
    );
  };

  const sync = async (prepared: LocalObject): Promise<void> => {
    let parent = prepared;
    const selector = childSelector(definition, parent);
    const children = await claimChildren(metacontroller, parent, selector, childKinds);
    const related = await customize.related(parent);
    const answer = await callSync(parent, children, related);
    queue.addAfter(parent, answer.resyncAfterSeconds);
    if (answer.finalized) parent = await finalizer.remove(parent);
    const desired = groupDesired(parent, answer.children, (child) =>
      labelled(definition, parent, child),
    );
    let failure: unknown;
    if (parent.metadata.deletionTimestamp === undefined || finalizer.shouldFinalize(parent)) {
      failure = await manageChildren(metacontroller, parent, children, desired).catch(
        (error: unknown) => error,
      );
    }
    await updateStatus(parent, answer);
    if (failure === undefined) return;
    throw new Error(`can't reconcile children for ${nameOf(parent)}: ${message(failure)}`);
  };

  const queue = createParentQueue(metacontroller, parents, finalizer, sync);

  const canAdopt = (parent: LocalObject, child: LocalObject): boolean =>
    (!isNamespaced || parent.metadata.namespace === child.metadata.namespace) &&
    isSelected(definition, parent, child);

  /** A child tells its owner; one without a controller tells all parents that would adopt it. */
  const onChild = (child: LocalObject, isGone: boolean): void => {
    const owner = parents.ownerOf(child);
    if (owner) enqueue(owner);
    if (isGone || child.metadata.deletionTimestamp !== undefined || controllerOf(child)) return;
    for (const parent of parents.list()) if (canAdopt(parent, child)) enqueue(parent);
  };

  informers.onChange(async (change) => {
    const { kind, before, after } = change;
    const parent = parents.changed(change);
    if (parent) enqueue(parent);
    const child = childKinds.includes(kind) && (after ?? before);
    if (child) onChild(child, after === undefined);
    await customize.notify(change);
  });

  return () => {
    for (const parent of parents.list()) enqueue(parent);
  };
}
