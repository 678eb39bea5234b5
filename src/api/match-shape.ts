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

function isMatch(value: unknown): boolean {
  return (
    isMap(value) &&
    (value['headers'] === undefined || isMapOf(value['headers'], isTextMap)) &&
    (value['sourceLabels'] === undefined || isTextMap(value['sourceLabels'])) &&
    (value['queryParams'] === undefined || isMapOf(value['queryParams'], isTextMap)) &&
    (value['cookie'] === undefined || isMemberOf(value['cookie'], 'name')) &&
    (value['baggage'] === undefined || isMemberOf(value['baggage'], 'key'))
  );
}

/** A cookie, or a member of `baggage`. */
function isMemberOf(value: unknown, name: 'name' | 'key'): boolean {
  return isMap(value) && isName(value[name]) && isName(value['exact']);
}

function isTextMap(value: unknown): boolean {
  return isMapOf(value, (item) => typeof item === 'string' && item.length <= MAX_TEXT);
}

function isMapOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  if (!isMap(value)) return false;
  const keys = Object.keys(value);
  return keys.length <= MAX_CONDITIONS && keys.every((key) => isName(key) && isItem(value[key]));
}
