import { CONFIGURED_ANNOTATION } from '../../../api/marks.ts';
import { byText, canonicalJson, utf8Length } from '../../../k8s/canonical.ts';
import { isMap } from '../../../k8s/json-map.ts';
import type { Deployment, EnvVar } from '../../../k8s/workload.ts';

/**
 * Longer ones are not written. All annotations of an object together may have 256 KiB (`TotalAnnotationSizeLimitB` in
 * `staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go`), and a clone has those of its base, too.
 */
const MAX_BYTES = 16 * 1024;

/** Names of variables by the container's name. */
export type Configured = ReadonlyMap<string, readonly string[]>;

/** What is set and what is removed in one container. */
export interface ContainerChange {
  name: string;
  set: readonly EnvVar[];
  removed: readonly string[];
}

/** The names as an annotation; undefined: they are too long. Values are in the clone. */
export function recordOf(changes: readonly ContainerChange[]): string | undefined {
  const record = canonicalJson(
    Object.fromEntries(
      changes.map(({ name, set, removed }) => [
        name,
        [...new Set([...set.map((one) => one.name), ...removed])].sort(byText),
      ]),
    ),
  );
  return utf8Length(record) > MAX_BYTES ? undefined : record;
}

/** What a clone's configuration sets and removes; undefined: nothing tells it. */
export function configuredIn({ metadata }: Deployment): Configured | undefined {
  const record = parsed(metadata.annotations?.[CONFIGURED_ANNOTATION]);
  if (!isMap(record)) return undefined;
  const lists = Object.entries(record);
  return lists.every((entry): entry is [string, string[]] => isListOfNames(entry[1]))
    ? new Map(lists)
    : undefined;
}

/** Anybody who may write the clone may have written it. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
