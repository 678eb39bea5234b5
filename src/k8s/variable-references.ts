/**
 * The variable names that a text refers to as `$(NAME)`. `$$` is an escaped dollar. A reference without a closing
 * bracket is none (`Expand` in Kubernetes' `third_party/forked/golang/expansion/expand.go`).
 */
export function referencesIn(text: string): Set<string> {
  const names = new Set<string>();
  let at = text.indexOf('$');
  while (at >= 0) {
    const end = text[at + 1] === '(' ? text.indexOf(')', at) : at + 1;
    // Without a closing bracket here, no later reference has one.
    if (end < 0) break;
    if (end > at + 1) names.add(text.slice(at + 2, end));
    at = text.indexOf('$', end + 1);
  }
  return names;
}
