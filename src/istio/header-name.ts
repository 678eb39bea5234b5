/**
 * Names under `headers` and `withoutHeaders` of a match.
 * Istio accepts three kinds: real headers, pseudo-headers and JWT claims (`@request.auth.claims.group`,
 * `@request.auth.claims[group]`). Claims are read from the token, not from the request.
 */

const CLAIMS = '@request.auth.claims';

/** The token characters of RFC 7230 (istio `pkg/config/validation/validation.go`, validHeaderNameRegex). */
const TOKEN = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;

const PSEUDO_HEADERS = [':method', ':scheme', ':authority', ':path', ':status'];

/**
 * A key that is equal for two names of the same header. Header names ignore case. The path of a claim is
 * case-sensitive, the words before it are not.
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

/** Is it a name of a header as in RFC 7230? */
export function isHeaderToken(name: string): boolean {
  return TOKEN.test(name);
}

/** The names of nested claims. The name must be that of a claim. */
export function claimPath(name: string): string[] {
  const path = name.slice(CLAIMS.length);
  return path.startsWith('.') ? path.slice(1).split('.') : path.slice(1, -1).split('][');
}

/** Why Istio would refuse the name in a match (ValidateHTTPHeaderNameOrJwtClaimRoute); undefined when it accepts it. */
export function matchHeaderNameProblem(name: string): string | undefined {
  if (name === '') return 'header name must not be empty';
  // Compared exactly: Istio accepts `:path` but not `:PATH`.
  if (isClaimName(name) || PSEUDO_HEADERS.includes(name) || isHeaderToken(name)) return undefined;
  return `"${name}" is not a valid header name`;
}

/** Is it a header that Istio does not allow to be changed? These are pseudo-headers and Host (isInternalHeader). */
export function isInternalHeader(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}

/** Is it one of the two names of the request's host (isAuthorityHeader)? */
export function isAuthorityHeader(name: string): boolean {
  return [':authority', 'host'].includes(name.toLowerCase());
}
