import { ApiError } from '../errors.ts';
import type { ServedKind } from '../kinds.ts';
import { isMap, type LocalObject } from '../object.ts';
import { applyKeys } from './list-keys.ts';
import { identityOf } from './three-way-merge.ts';

/**
 * A server-side apply is refused if its configuration has two items with one key in a list whose items have keys, though a create or
 * update with the same list is not (`visitListItems` in structured-merge-diff's `typed/validate.go`, and `Apply` in
 * `pkg/util/managedfields/internal/structuredmerge.go` of apimachinery). The error is no `metav1.Status`, so the answer is 500 without
 * a reason (`ErrorToAPIStatus` in apiserver's `responsewriters`).
 */
export function refuseRepeatedItems({ builtIn }: ServedKind, config: LocalObject): void {
  const found = repeated('', '', config, builtIn);
  if (found.length === 0) return;
  const [group, version] = config.apiVersion.includes('/')
    ? config.apiVersion.split('/')
    : ['', config.apiVersion];
  const { namespace = '', name } = config.metadata;
  const what = `${namespace}/${name}; ${group}/${version}, Kind=${config.kind}`;
  const errors = found.length === 1 ? found[0] : ['errors:', ...found].join('\n  ');
  throw new ApiError(500, '', `failed to create typed patch object (${what}): ${errors}`);
}

function repeated(path: string, field: string, value: unknown, builtIn: boolean): string[] {
  if (isMap(value)) {
    return Object.entries(value).flatMap(([key, member]) =>
      repeated(`${path}.${key}`, key, member, builtIn),
    );
  }
  if (!Array.isArray(value)) return [];
  const keys = applyKeys(builtIn)(field, [value]);
  const seen = new Set<string>();
  return value.flatMap((item: unknown, index) => {
    const element = keys && isMap(item) ? keyText(item, keys) : `[${index}]`;
    const own = seen.has(element) ? [`${path}: duplicate entries for key ${element}`] : [];
    seen.add(element);
    return [...own, ...repeated(path + element, '', item, builtIn)];
  });
}

function keyText(item: Record<string, unknown>, keys: readonly string[]): string {
  const pairs = Object.entries(identityOf(item, keys));
  return `[${pairs.map(([key, value]) => `${key}=${JSON.stringify(value ?? '')}`).join(',')}]`;
}
