import { MERGE_KIND } from '../../api/virtualservicemerge.ts';
import { isMap } from '../../k8s/json-map.ts';

/** The schema of a VirtualService is less than half as deep, and it does not contain itself. */
const KEPT_LEVELS = 40;

/**
 * Empties lists and maps that are nested very deeply in the VirtualServiceMerges of a call. Their definition allows fields that it does
 * not know, so any author can nest as deeply as the API server stores. Without this, one such merge would make every call about its
 * target fail. What is left still has the unknown field that began it, so the merge is refused, or the field is ignored.
 */
export function cutDeepMerges(body: unknown): void {
  for (const merge of mergesIn(body)) cutBelow(KEPT_LEVELS, merge);
}

/** As the object of a hook of Metacontroller or of the API server, or as a related object. */
function mergesIn(body: unknown): unknown[] {
  const { parent, object, request, related } = mapOf(body);
  const { object: written, oldObject } = mapOf(request);
  const groups = Object.entries(mapOf(related)).filter(([key]) => key.startsWith(`${MERGE_KIND}.`));
  return [
    ...[parent, object, written, oldObject].filter((one) => mapOf(one)['kind'] === MERGE_KIND),
    ...groups.flatMap(([, objects]) => Object.values(mapOf(objects))),
  ];
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return isMap(value) ? value : {};
}

function cutBelow(levels: number, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels > 0) {
    for (const inner of Object.values(value)) cutBelow(levels - 1, inner);
  } else if (Array.isArray(value)) value.length = 0;
  else for (const key of Object.keys(value)) Reflect.deleteProperty(value, key);
}
