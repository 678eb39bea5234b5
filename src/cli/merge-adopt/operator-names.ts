const MOST = 2n ** 63n - 1n;

/**
 * The names that the operator may have given to an http route of a merge. The first one is that of its present version: a name
 * that ends with a number after a dash stays, every other one is replaced by the merge's name and the route's place, counted
 * from the end. Earlier versions kept every name, and put the merge's name before a number.
 * `index`: the route's place in the patch, which has `count` routes.
 */
export function operatorNames(
  merge: string,
  written: unknown,
  { index, count }: { index: number; count: number },
): [string, ...string[]] {
  const numbered = `${merge}-${count - 1 - index}`;
  if (typeof written !== 'string' || written === '') return [numbered];
  if (endsWithNumber(written)) return [written];
  const earlier = isNumber(written) ? `${merge}-${BigInt(written)}` : written;
  return [numbered, earlier];
}

/** Is the last part after a dash a number for Go's `strconv.ParseInt(part, 10, 64)`? */
function endsWithNumber(name: string): boolean {
  const dash = name.lastIndexOf('-');
  return dash >= 0 && isNumber(name.slice(dash + 1));
}

function isNumber(text: string): boolean {
  return /^\+?[0-9]{1,30}$/.test(text) && BigInt(text.replace('+', '')) <= MOST;
}

/** May the operator have given this name to a route of the merge, of any place in any version of its patch? */
export function isNumberedRoute(name: string, merge: string): boolean {
  return name.startsWith(`${merge}-`) && /^(0|[1-9][0-9]{0,5})$/.test(name.slice(merge.length + 1));
}
