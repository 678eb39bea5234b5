import { isMap } from '../../k8s/json-map.ts';
import type { Path } from './check-object.ts';

/**
 * The objects of a document, and where they are in it. Lists are taken apart as kubectl does: `List` and typed ones such as `ServiceList`,
 * also lists in lists (`FlattenListVisitor` in cli-runtime's `pkg/resource/visitor.go`). The items of a typed list need no kind:
 * `decodeToList` in apimachinery's `pkg/apis/meta/v1/unstructured/helpers.go`.
 */
export function objectsIn(value: unknown, at: Path = []): [unknown, Path][] {
  if (!isMap(value)) return [[value, at]];
  const { apiVersion, kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith(LIST) || !Array.isArray(items)) {
    return [[value, at]];
  }
  const type = kind === LIST ? {} : { apiVersion, kind: kind.slice(0, -LIST.length) };
  return items.flatMap((item: unknown, index) => {
    const isUntyped = isMap(item) && !('kind' in item) && !('apiVersion' in item);
    return objectsIn(isUntyped ? { ...type, ...item } : item, [...at, 'items', index]);
  });
}

const LIST = 'List';
