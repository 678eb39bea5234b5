import { isMap } from '../k8s/json-map.ts';
import { isName } from './match-shape.ts';
import type { Entry } from './routeinjection.ts';

/** A host name in lower case: what the definitions allow, and the link of every env. Neither needs an escape in a cookie or a header. */
const HOST = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const LINK = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;
const HEADER_NAME = /^[-!#$&'*+.^_`|~0-9A-Za-z]{1,256}$/;
/** Visible ASCII, with blanks only inside. */
const HEADER_VALUE = /^[!-~]([ -~]{0,1022}[!-~])?$/;
/** As many as a match may have. */
const MAX_HEADERS = 16;
export const MAX_SHARED = 64;

/**
 * Has an entry the shape that the definition gives it? Its texts become part of regexes, cookies and headers, so a stored plan is
 * checked as well.
 */
export function isEntry(value: unknown): value is Entry {
  if (!isMap(value)) return false;
  const { host, link, headers, plain, shared = [] } = value;
  return (
    typeof host === 'string' &&
    HOST.test(host) &&
    typeof link === 'string' &&
    LINK.test(link) &&
    isMap(headers) &&
    Object.keys(headers).length <= MAX_HEADERS &&
    Object.entries(headers).every((one) => isSettable(...one)) &&
    (plain === undefined || typeof plain === 'boolean') &&
    Array.isArray(shared) &&
    shared.length <= MAX_SHARED &&
    shared.every(isName)
  );
}

/** Can a route set this header to this value as it is? */
export function isSettable(name: string, value: unknown): value is string {
  return HEADER_NAME.test(name) && typeof value === 'string' && HEADER_VALUE.test(value);
}
