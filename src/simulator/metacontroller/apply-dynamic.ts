import { LAST_APPLIED_ANNOTATION } from '../../api/marks.ts';
import { canonicalJson, jsonEqual } from '../../k8s/canonical.ts';
import { type ListKeys, threeWayMerge } from '../api-server/three-way-merge.ts';
import { isReason } from '../errors.ts';
import { isMap, type LocalObject, toJson } from '../object.ts';
import type { Metacontroller } from './controller.ts';

/** Guessed, in this order, when every item of a list has the field (pkg/dynamic/apply/apply.go). */
const LIKELY_KEYS = ['containerPort', 'port', 'mountPath', 'name', 'uid', 'ip', 'path'];

export const guessKeys: ListKeys = (_field, lists) => {
  const items = lists.flat();
  if (!items.every(isMap)) return undefined;
  const key = LIKELY_KEYS.find((name) => items.every((item) => Object.hasOwn(item, name)));
  return key === undefined || items.length === 0 ? undefined : [key];
};

/** Metadata that is not compared. */
const SYSTEM = [
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
];

function withoutLastApplied(object: LocalObject): LocalObject {
  const { annotations } = object.metadata;
  if (!annotations || !Object.hasOwn(annotations, LAST_APPLIED_ANNOTATION)) return object;
  const { [LAST_APPLIED_ANNOTATION]: _, ...rest } = annotations;
  return { ...object, metadata: { ...object.metadata, annotations: rest } };
}

function withLastApplied(object: LocalObject, applied: LocalObject): LocalObject {
  const annotations = {
    ...object.metadata.annotations,
    [LAST_APPLIED_ANNOTATION]: canonicalJson(applied),
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function revert(target: Record<string, unknown>, source: object, fields: readonly string[]): void {
  for (const field of fields) {
    const value = (source as Record<string, unknown>)[field];
    if (value === undefined) delete target[field];
    else target[field] = value;
  }
}

/** The observed child, with the difference between what was applied last and what is desired now applied to it. */
function mergeChild(observed: LocalObject, desired: LocalObject): LocalObject {
  const text = observed.metadata.annotations?.[LAST_APPLIED_ANNOTATION];
  const last: unknown = text ? JSON.parse(text) : {};
  const wanted = withoutLastApplied(desired);
  const merged = threeWayMerge(
    toJson(observed),
    isMap(last) ? last : {},
    wanted,
    guessKeys,
  ) as LocalObject;
  const metadata = { ...merged.metadata };
  revert(metadata as unknown as Record<string, unknown>, observed.metadata, SYSTEM);
  const object: LocalObject = { ...merged, metadata };
  revert(object, observed, ['status']);
  return withLastApplied(object, wanted);
}

/** Ignores refusals that mean that somebody else wrote first: the next event brings another sync. */
async function unless(reasons: readonly string[], write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!reasons.some((reason) => isReason(error, reason))) throw error;
  }
}

/**
 * Creates or updates one child as `--apply-strategy=dynamic-apply` does (pkg/controller/common/manage_children.go):
 * ignores that a name is taken, and that somebody else has just written or removed the child.
 */
export async function applyDynamic(
  { api, client }: Metacontroller,
  observed: LocalObject | undefined,
  desired: LocalObject,
  own: (child: LocalObject) => LocalObject,
): Promise<void> {
  if (!observed) {
    const child = own(withLastApplied(desired, desired));
    await unless(['AlreadyExists'], () => api.create(client, child));
    return;
  }
  const merged = mergeChild(observed, desired);
  if (jsonEqual(merged, observed) || observed.metadata.deletionTimestamp !== undefined) return;
  await unless(['NotFound', 'Conflict'], () => api.update(client, merged));
}
