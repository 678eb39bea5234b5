import { isMap } from '../k8s/json-map.ts';
import type { IstioMatch } from './dynamicenv.ts';

/**
 * More than any version of the CRDs has allowed (16 of each). The API server applies the CRD's own limits. These are
 * for input that did not come from the API server.
 */
const MAX_MATCHES = 64;
const MAX_CONDITIONS = 64;
/** More than the longest name in a cluster. */
const MAX_TEXT = 1024;

/** Do these matches have the shape that the CRDs define? */
export function isMatchList(value: unknown): value is IstioMatch[] {
  return Array.isArray(value) && value.length <= MAX_MATCHES && value.every(isMatch);
}

/** Can this value be a name, a label or a host? */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}

/** The conditions that this version knows. */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  headers: (value) => isMapOf(value, isTextMap),
  queryParams: (value) => isMapOf(value, isTextMap),
  sourceLabels: isTextMap,
  cookie: (value) => isPair(value, 'name'),
  baggage: (value) => isPair(value, 'key'),
};

/** A condition of a later version is not ignored: the match would select other people's requests, too. */
function isMatch(value: unknown): boolean {
  return (
    isMap(value) &&
    Object.entries(value).every(([field, conditions]) => {
      if (conditions === undefined) return true;
      return Object.hasOwn(FIELDS, field) && FIELDS[field]?.(conditions) === true;
    })
  );
}

function isPair(value: unknown, key: string): boolean {
  return (
    isTextMap(value) && isMap(value) && [key, 'exact'].every((one) => Object.hasOwn(value, one))
  );
}

function isTextMap(value: unknown): boolean {
  return isMapOf(value, (item) => typeof item === 'string' && item.length <= MAX_TEXT);
}

function isMapOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  if (!isMap(value)) return false;
  const keys = Object.keys(value);
  return keys.length <= MAX_CONDITIONS && keys.every((key) => isName(key) && isItem(value[key]));
}
