import { headerKey } from './header-name.ts';

/** Most spellings of one name that are tried. */
const MAX_TRIED = 64;

/**
 * The conditions under names that are not among `taken`: a name that is taken gets other capital letters. Istio applies the conditions
 * of all spellings of a header (its map of headers is keyed by the text), and Envoy ignores their case. Undefined: a name has no
 * spelling left.
 */
export function besideNames<T>(
  taken: Readonly<Record<string, unknown>> | null | undefined,
  conditions: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> | undefined {
  if (!taken || !Object.keys(conditions).some((name) => Object.hasOwn(taken, name))) {
    return conditions;
  }
  const found: [string, T][] = [];
  const used = new Set(Object.keys(taken));
  for (const [name, condition] of Object.entries(conditions)) {
    const free = spellings(name).find((one) => !used.has(one));
    if (free === undefined) return undefined;
    used.add(free);
    found.push([free, condition]);
  }
  return Object.fromEntries(found);
}

/** The name as it is, with a capital at each word, and with capitals at ever more places. */
function spellings(name: string): string[] {
  const lower = headerKey(name);
  const others = [...lower]
    .slice(0, MAX_TRIED)
    .flatMap((_, at) => [
      lower.slice(0, at) + lower.slice(at).toUpperCase(),
      lower.slice(0, at).toUpperCase() + lower.slice(at),
    ]);
  return [name, withCapitals(lower), lower, ...others];
}

/** `X-Source-Route` for `x-source-route`. */
export function withCapitals(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
