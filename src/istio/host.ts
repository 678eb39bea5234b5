/**
 * Host names as Istio compares them: `a.b.svc.cluster.local`, `*.b.svc.cluster.local`, `*`.
 * Source of the rules: istio `pkg/config/host/name.go`, `names.go` and `pilot/pkg/model/config.go`
 * (`ResolveShortnameToFQDN`, `MostSpecificHostMatch`).
 */

/**
 * The full name of `host` as written in an object of `namespace`.
 * Only a name without a dot is a short name. `*`, addresses and the empty string do not change. The case is kept, as
 * Istio keeps it: a destination written `Backend` really has no cluster.
 *
 *     fqdn('backend',      'shop', 'cluster.local') = 'backend.shop.svc.cluster.local'
 *     fqdn('backend.shop', 'shop', 'cluster.local') = 'backend.shop'
 *     fqdn('*',            'shop', 'cluster.local') = '*'
 */
export function fqdn(host: string, namespace: string, clusterDomain: string): string {
  const complete = host === '' || host === '*' || host.includes('.') || host.includes(':');
  return complete ? host : `${host}.${namespace}.svc.${clusterDomain}`;
}

export function isWildcardHost(host: string): boolean {
  return host.startsWith('*');
}

/**
 * Do the two names overlap?
 *
 *     'foo.com'   'foo.com'   true         '*.com'     'foo.com'   true
 *     'foo.com'   'bar.com'   false        'bar.com'   '*.com'     true
 *     '*'         'foo.com'   true         '*.foo.com' 'foo.com'   false
 *     '*'         '*.com'     true         '*.foo.com' '*.com'     true
 *     '*.foo.com' '*.bar.com' false        '*foo.com'  'xfoo.com'  true
 */
export function hostMatches(a: string, b: string): boolean {
  return hostSubsetOf(a, b) || hostSubsetOf(b, a);
}

/**
 * Does `b` match every name that `a` matches?
 *
 *     'foo.com'   '*.com'     true         '*.com'     'foo.com'   false
 *     '*.foo.com' '*.com'     true         '*.com'     '*.foo.com' false
 *     'foo.com'   'foo.com'   true         'foo.com'   '*.foo.com' false
 *     '*'         '*'         true         '*.com'     '*'         true
 */
export function hostSubsetOf(a: string, b: string): boolean {
  if (!isWildcardHost(b)) return a === b;
  // The star is not part of the text. Otherwise '*' would match the suffix of names such as '**'.
  const text = isWildcardHost(a) ? a.slice(1) : a;
  return text.endsWith(b.slice(1));
}

/**
 * Sort order of Istio's host lists: plain names before wildcards, longer names first, then alphabetical.
 * Negative when `a` is more specific; 0 only for equal names.
 */
export function compareHostSpecificity(a: string, b: string): number {
  const wildcards = Number(isWildcardHost(a)) - Number(isWildcardHost(b));
  if (wildcards !== 0) return wildcards;
  if (a.length !== b.length) return b.length - a.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * The candidate that applies to `host`: `host` itself if listed, otherwise the most specific wildcard that contains it.
 */
export function mostSpecificHost(host: string, candidates: readonly string[]): string | undefined {
  const containing = candidates.filter((candidate) => hostSubsetOf(host, candidate));
  return containing.sort(compareHostSpecificity)[0];
}
