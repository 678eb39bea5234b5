import { jsonEqual } from '../../k8s/canonical.ts';
import type { LocalObject } from '../object.ts';
import type { Finalizer } from './finalizer.ts';
import type { DecoratorAnswer } from './hook-response.ts';

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

/** The parent with the answer's labels, annotations and finalizer; undefined: it has them. The status has a write of its own. */
export function decorated(
  parent: LocalObject,
  answer: DecoratorAnswer,
  finalizer: Finalizer,
): LocalObject | undefined {
  const labels = updated(parent.metadata.labels, answer.labels);
  const annotations = updated(parent.metadata.annotations, answer.annotations);
  const isFinalized = answer.finalized && finalizer.isOn(parent);
  const isSame =
    !isFinalized &&
    jsonEqual(labels, parent.metadata.labels ?? {}) &&
    jsonEqual(annotations, parent.metadata.annotations ?? {});
  if (isSame) return undefined;
  const kept = isFinalized ? finalizer.without(parent) : parent;
  return { ...kept, metadata: { ...kept.metadata, labels, annotations } };
}
