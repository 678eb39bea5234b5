/**
 * Envoy's rule `well_known_regex: HTTP_HEADER_VALUE` with `strict: false`, for rewrites, redirects and names of header
 * operations (`config/route/v3/route_components.proto`). istiod does not check it.
 */
export function lineProblem(text: string): string | undefined {
  return /[\0\n\r]/.test(text) ? 'must not contain line breaks or NUL' : undefined;
}
