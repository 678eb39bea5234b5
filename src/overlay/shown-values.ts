import { cutText } from '../k8s/cut-text.ts';
import { templateOf } from '../k8s/variable-references.ts';
import type { EnvVar } from '../k8s/workload.ts';

/** Longer values are cut: variables that refer to each other could double them with every step. */
const MOST = 160;

/**
 * The effective values of a container's variables, for people. A value that is somewhere else is shown as where it is
 * (`secret qa-db/password`), and a reference to it stays: `postgres://$(DB_PASSWORD)@…`. So no value of a Secret is needed or shown.
 */
export function shownValues(env: readonly EnvVar[]): Map<string, string> {
  const shown = new Map<string, string>();
  const known = new Map<string, string>();
  for (const { name, value = '', valueFrom } of env) {
    if (valueFrom !== undefined && value === '') {
      known.delete(name);
      shown.set(name, sourceText(valueFrom));
      continue;
    }
    const { texts, names } = templateOf(value);
    const parts = names.map((asked) => known.get(asked) ?? `$(${asked})`);
    const text = texts.map((one, at) => one + (parts[at] ?? '')).join('');
    known.set(name, cutText(text, MOST));
    shown.set(name, cutText(text, MOST));
  }
  return shown;
}

/** Where a value is: `secret qa-db/password`. */
export function sourceText(source: NonNullable<EnvVar['valueFrom']>): string {
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = source;
  if (secretKeyRef !== undefined) return `secret ${secretKeyRef.name}/${secretKeyRef.key}`;
  if (configMapKeyRef !== undefined) {
    return `config map ${configMapKeyRef.name}/${configMapKeyRef.key}`;
  }
  if (fieldRef !== undefined) return `field ${fieldRef.fieldPath}`;
  if (resourceFieldRef !== undefined) return `resource ${resourceFieldRef.resource}`;
  return 'another source';
}
