/**
 * The names that a text refers to as `$(NAME)`; `$$` stands for a dollar, and what is not closed is no reference (`Expand` in
 * Kubernetes' `third_party/forked/golang/expansion/expand.go`).
 */
export function referencesIn(text: string): Set<string> {
  const names = new Set<string>();
  let at = text.indexOf('$');
  while (at >= 0) {
    const end = text[at + 1] === '(' ? text.indexOf(')', at) : at + 1;
    // Then no later one is closed, either.
    if (end < 0) break;
    if (end > at + 1) names.add(text.slice(at + 2, end));
    at = text.indexOf('$', end + 1);
  }
  return names;
}
