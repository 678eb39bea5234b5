import { CONTROLLER_UID_LABEL } from '../../api/marks.ts';
import { jsonEqual } from '../../k8s/canonical.ts';
import { rfc3339 } from '../../k8s/time.ts';
import type { Change } from '../api-server/store.ts';
import { FOREGROUND, ORPHAN } from '../api-server/write-rules.ts';
import { isReason } from '../errors.ts';
import { kindNamed } from '../kinds.ts';
import { controllerUid, type LocalObject, qualifiedName } from '../object.ts';
import type { AppliedCache } from './apply-server-side.ts';
import { claimChildren, isSelected } from './claim-children.ts';
import { atomicUpdate, callHook, type Metacontroller, message, syncOrRetry } from './controller.ts';
import { CHILD_KINDS, COMPOSITE_NAME, compositeController, URLS } from './controllers.ts';
import { createCustomize } from './customize.ts';
import { type CompositeAnswer, decodeComposite } from './hook-response.ts';
import { groupDesired, manageChildren } from './manage-children.ts';
import { createWorkQueue } from './work-queue.ts';

export const FINALIZER = `metacontroller.io/compositecontroller-${COMPOSITE_NAME}`;

function hasFinalizer({ metadata }: LocalObject, name: string): boolean {
  return metadata.finalizers?.includes(name) ?? false;
}

/** With a finalizer of the garbage collector's, children are its business and answers are ignored. */
function managesChildren(parent: LocalObject): boolean {
  if (parent.metadata.deletionTimestamp === undefined) return true;
  const collected = hasFinalizer(parent, FOREGROUND) || hasFinalizer(parent, ORPHAN);
  return !collected && hasFinalizer(parent, FINALIZER);
}

function withoutFinalizer(live: LocalObject): LocalObject | undefined {
  if (!hasFinalizer(live, FINALIZER)) return undefined;
  const finalizers = (live.metadata.finalizers ?? []).filter((name) => name !== FINALIZER);
  return { ...live, metadata: { ...live.metadata, finalizers } };
}

/** Every child gets the label by which its parent finds it again; a wrong one is an error. */
function labelled(parent: LocalObject, child: LocalObject): LocalObject {
  const labels = { [CONTROLLER_UID_LABEL]: parent.metadata.uid ?? '', ...child.metadata.labels };
  const labelledChild = { ...child, metadata: { ...child.metadata, labels } };
  if (isSelected(parent, labelledChild)) return labelledChild;
  const what = `${child.kind} ${qualifiedName(child)}`;
  throw new Error(`labels on desired child ${what} don't match parent selector`);
}

/** With `ignoreStatusChanges` (see metacontroller/dynamicenv.yaml) this brings no sync, unless the object is being deleted. */
function isStatusChange({ before, after }: Change): boolean {
  if (!before || !after || after.metadata.deletionTimestamp !== undefined) return false;
  const decisive = ({ metadata: { generation, labels = {}, annotations = {} } }: LocalObject) => {
    return { generation, labels, annotations };
  };
  return jsonEqual(decisive(before), decisive(after));
}

/** The CompositeController `dynamicenv` (pkg/controller/composite/controller.go). Returns what to do at each resync. */
export function startComposite(metacontroller: Metacontroller): () => void {
  const { clock, informers } = metacontroller;
  const controller = compositeController(rfc3339(clock.now()));
  const parentKind = kindNamed('DynamicEnv');
  const childKinds = CHILD_KINDS.map(kindNamed);
  const applied: AppliedCache = new Map();

  const enqueue = (parent: LocalObject): void => queue.add(qualifiedName(parent));

  const customize = createCustomize(metacontroller, {
    url: URLS.composite.customize,
    controller,
    parentKind,
    enqueue,
  });

  const addFinalizer = async (parent: LocalObject): Promise<LocalObject> => {
    if (hasFinalizer(parent, FINALIZER) || parent.metadata.deletionTimestamp !== undefined) {
      return parent;
    }
    return atomicUpdate(metacontroller, parent, (live) => {
      if (hasFinalizer(live, FINALIZER)) return undefined;
      const finalizers = [...(live.metadata.finalizers ?? []), FINALIZER];
      return { ...live, metadata: { ...live.metadata, finalizers } };
    });
  };

  const updateStatus = async (parent: LocalObject, answer: CompositeAnswer): Promise<void> => {
    const status = { ...answer.status, observedGeneration: parent.metadata.generation };
    try {
      await atomicUpdate(
        metacontroller,
        parent,
        (live) => (jsonEqual(live.status, status) ? undefined : { ...live, status }),
        'status',
      );
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
    }
  };

  const callSync = async (parent: LocalObject, request: object): Promise<CompositeAnswer> => {
    const finalizing = parent.metadata.deletionTimestamp !== undefined;
    const hook = finalizing ? 'finalize' : 'sync';
    const body = { controller, parent, ...request, finalizing };
    try {
      return await callHook(metacontroller, URLS.composite[hook], body, decodeComposite);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const name = `${parent.kind} /${qualifiedName(parent)}`;
      error.message = `sync hook failed for ${name}: ${hook} hook failed (version=v2): ${error.message}`;
      throw error;
    }
  };

  const sync = async (cached: LocalObject): Promise<void> => {
    let parent = await addFinalizer(cached);
    const children = await claimChildren(metacontroller, parent);
    const related = await customize.related(parent);
    const answer = await callSync(parent, { children, related });
    const delay = answer.resyncAfterSeconds;
    if (delay > 0) queue.addAfter(qualifiedName(parent), delay * 1000);
    if (answer.finalized) parent = await atomicUpdate(metacontroller, parent, withoutFinalizer);
    const desired = groupDesired(answer.children.map((child) => labelled(parent, child)));
    let failure: unknown;
    if (managesChildren(parent)) {
      failure = await manageChildren(metacontroller, applied, parent, children, desired).catch(
        (error: unknown) => error,
      );
    }
    await updateStatus(parent, answer);
    if (failure === undefined) return;
    const name = `${parent.kind} /${qualifiedName(parent)}`;
    throw new Error(`can't reconcile children for ${name}: ${message(failure)}`);
  };

  const queue = createWorkQueue(clock, async (key) => {
    const parent = informers.get(parentKind, key);
    if (!parent) {
      queue.forget(key);
      return;
    }
    await syncOrRetry(metacontroller, queue, key, parent, () => sync(parent));
  });

  /** A child tells its owner; one without an owner tells whoever might adopt it. */
  const onChild = ({ before, after }: Change): void => {
    const child = after ?? before;
    if (!child) return;
    const uid = controllerUid(child);
    const going = after === undefined || child.metadata.deletionTimestamp !== undefined;
    for (const parent of informers.list(parentKind)) {
      const adopts = uid === undefined && !going && isSelected(parent, child);
      if (parent.metadata.uid === uid || adopts) enqueue(parent);
    }
  };

  informers.onChange(async (change) => {
    const { kind, before, after } = change;
    const object = after ?? before;
    if (kind === parentKind && object && !isStatusChange(change)) enqueue(object);
    if (childKinds.includes(kind)) onChild(change);
    await customize.notify(change);
  });

  return () => {
    for (const parent of informers.list(parentKind)) enqueue(parent);
  };
}
