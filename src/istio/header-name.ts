/**
 * Names under `headers` and `withoutHeaders` of a match.
 * Besides real headers Istio knows pseudo-headers and JWT claims (`@request.auth.claims.group`,
 * `@request.auth.claims[group]`), which are read from the token and not from the request.
 */

const CLAIMS = '@request.auth.claims';

/** Any of RFC 7230's token characters (istio `pkg/config/validation/validation.go`, validHeaderNameRegex). */
const TOKEN = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;

const PSEUDO_HEADERS = [':method', ':scheme', ':authority', ':path', ':status'];

/**
 * Two names that mean the same header have the same key.
 * Header names ignore case; the path of a claim does not, only the words before it do.
 */
export function headerKey(name: string): string {
  if (!isClaimName(name)) return name.toLowerCase();
  return CLAIMS + name.slice(CLAIMS.length);
}

/** Source: istio `pkg/jwt/routing.go`, ToRoutingClaim. */
export function isClaimName(name: string): boolean {
  if (!name.startsWith('@') || !name.toLowerCase().startsWith(CLAIMS)) return false;
  const path = name.slice(CLAIMS.length);
  return /^\..|^\[.+\]$/s.test(path);
}

/** Why Istio would refuse the name in a match (ValidateHTTPHeaderNameOrJwtClaimRoute), else undefined. */
export function matchHeaderNameProblem(name: string): string | undefined {
  if (name === '') return 'header name must not be empty';
  // Compared exactly: Istio takes `:path` but not `:PATH`.
  if (isClaimName(name) || PSEUDO_HEADERS.includes(name) || TOKEN.test(name)) return undefined;
  return `"${name}" is not a valid header name`;
}

/** May the header be changed? Istio leaves pseudo-headers and Host alone (isInternalHeader). */
export function isInternalHeader(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}

/** Both spellings of the request's host (isAuthorityHeader). */
export function isAuthorityHeader(name: string): boolean {
  return [':authority', 'host'].includes(name.toLowerCase());
}
