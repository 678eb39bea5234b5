/** A variable's value between and with its references: `texts[i]` stands before `names[i]`; `texts` has one item more. */
export interface Template {
  texts: string[];
  names: string[];
}

/**
 * Splits a value at its references `$(NAME)`. In the texts, the escaped dollar `$$` is one dollar already. A reference without a
 * closing bracket is none (`Expand` in Kubernetes' `third_party/forked/golang/expansion/expand.go`).
 */
export function templateOf(value: string): Template {
  const texts: string[] = [];
  const names: string[] = [];
  let text = '';
  let from = 0;
  // So that no text is searched for a bracket again and again.
  const lastClosed = value.lastIndexOf(')');
  for (let at = value.indexOf('$'); at >= 0; ) {
    const next = value[at + 1];
    const end = next === '(' && at < lastClosed ? value.indexOf(')', at) : -1;
    if (end >= 0) {
      texts.push(text + value.slice(from, at));
      names.push(value.slice(at + 2, end));
      text = '';
      from = end + 1;
    } else if (next === '$') {
      text += value.slice(from, at + 1);
      from = at + 2;
    }
    at = value.indexOf('$', Math.max(at + 2, from));
  }
  texts.push(text + value.slice(from));
  return { texts, names };
}

/** The variable names that a value refers to. */
export function referencesIn(value: string): Set<string> {
  return new Set(templateOf(value).names);
}
