import { byText } from '../../k8s/canonical.ts';
import type { PlannedMerge } from '../routes/merge-codec.ts';

const MAX_INT64 = 2n ** 63n - 1n;
const NUMBER = /^\+?[0-9]{1,32}$/;

/**
 * The precedence of a merged http route: the number behind the last dash of its name, else 0. As the operator reads it
 * (`strconv.ParseInt` in Go, base 10, 64 bits): `+6` and `007` are numbers, and one beyond int64 is none.
 */
export function precedenceOf(name: unknown): bigint {
  const [, ...parts] = typeof name === 'string' ? name.split('-') : [];
  const last = parts.at(-1);
  if (last === undefined || !NUMBER.test(last)) return 0n;
  const value = BigInt(last.replace('+', ''));
  return value <= MAX_INT64 ? value : 0n;
}

/**
 * The order of merges whose routes have the same precedence: the newer merge first, as with the operator, which puts what was merged
 * last in front; then by namespace, name and group.
 */
export function newerFirst(a: PlannedMerge, b: PlannedMerge): number {
  return (
    byText(b.created, a.created) ||
    byText(a.namespace, b.namespace) ||
    byText(a.name, b.name) ||
    byText(b.group, a.group)
  );
}
