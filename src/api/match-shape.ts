import { isMap } from '../k8s/json-map.ts';
import type { IstioMatch } from './dynamicenv.ts';

/**
 * More than any version of the CRDs has allowed (16 of each). What the API server stores is within its own limits: this is for
 * what did not come from there.
 */
const MAX_MATCHES = 64;
const MAX_CONDITIONS = 64;
/** As a cluster's names are, and then some. */
const MAX_TEXT = 1024;

/** Are these matches as the CRDs have them? */
export function isMatchList(value: unknown): value is IstioMatch[] {
  return Array.isArray(value) && value.length <= MAX_MATCHES && value.every(isMatch);
}

/** Is it a text that can be a name, a label or a host? */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}

function isMatch(value: unknown): boolean {
  return (
    isMap(value) &&
    (value['headers'] === undefined || isMapOf(value['headers'], isTextMap)) &&
    (value['sourceLabels'] === undefined || isTextMap(value['sourceLabels']))
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
