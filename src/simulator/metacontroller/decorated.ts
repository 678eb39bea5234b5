import { jsonEqual } from '../../k8s/canonical.ts';
import type { LocalObject } from '../object.ts';
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

/** The parent with the answer's labels and annotations; undefined: it has them. */
export function decorated(parent: LocalObject, answer: DecoratorAnswer): LocalObject | undefined {
  const labels = updated(parent.metadata.labels, answer.labels);
  const annotations = updated(parent.metadata.annotations, answer.annotations);
  const same =
    jsonEqual(labels, parent.metadata.labels ?? {}) &&
    jsonEqual(annotations, parent.metadata.annotations ?? {});
  return same ? undefined : { ...parent, metadata: { ...parent.metadata, labels, annotations } };
}
