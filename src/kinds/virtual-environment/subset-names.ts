import { isDnsLabel } from '../../istio/field-rules.ts';
import { byText } from '../../k8s/canonical.ts';
import { digest } from '../../k8s/hash.ts';

const HASH_LENGTH = 8;
const MAX_LENGTH = 63;

/**
 * The name of each value's subset: `_` and `.` become `-`, since a subset's name is a DNS label. A subset that exists
 * keeps its name (`known`: name by value, also of values that are not asked for). Where two values have the same name,
 * the first by text gets it, and the others get a hash of their value at the end.
 */
export function subsetNames(
  values: readonly string[],
  known: ReadonlyMap<string, string>,
): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const take = (value: string, name: string) => {
    if (taken.has(name)) return;
    taken.add(name);
    names.set(value, name);
  };
  for (const [value, name] of [...known].sort(([a], [b]) => byText(a, b))) {
    if (isDnsLabel(name)) take(value, name);
  }
  const wanted = [...new Set(values)].sort(byText);
  for (const value of wanted) if (!names.has(value)) take(value, plainName(value));
  for (const value of wanted) {
    for (let salt = 0; !names.has(value); salt += 1) take(value, hashedName(value, salt));
  }
  return new Map(wanted.map((value) => [value, names.get(value) ?? plainName(value)]));
}

function plainName(value: string): string {
  return value.replace(/[_.]/g, '-');
}

/** `salt` is 0, unless somebody has a version that is named like the hashed name of another one. */
function hashedName(value: string, salt: number): string {
  const hash = digest(salt === 0 ? value : `${value}\n${salt}`).slice(0, HASH_LENGTH);
  return `${plainName(value).slice(0, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}
