import type { Shape } from '../../istio/merged-routes/shape.ts';
import { isMap } from '../../k8s/json-map.ts';

/**
 * The value with its fields named as in the schema, where they differ in the case of letters only. The operator of the
 * same name reads `{"Rewrite": {"Uri": "/x"}}`, as Go's encoding/json does. The keys of maps, such as names of headers,
 * stay as they are. A field that is there in both spellings stays, too, so that it is reported as unknown.
 */
export function withFieldNames(value: unknown, shape: Shape): unknown {
  if (typeof shape === 'string' || 'oneOf' in shape) return value;
  if ('list' in shape) {
    return Array.isArray(value) ? value.map((item) => withFieldNames(item, shape.list)) : value;
  }
  if (!isMap(value)) return value;
  if ('map' in shape) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, withFieldNames(inner, shape.map)]),
    );
  }
  const names = new Map(Object.keys(shape.fields).map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const known = names.get(key.toLowerCase());
      const name = known === undefined || Object.hasOwn(value, known) ? key : known;
      const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
      return [name, field === undefined ? inner : withFieldNames(inner, field)];
    }),
  );
}
