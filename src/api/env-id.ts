import { hash10 } from '../k8s/hash.ts';
import { memoizedByText } from '../k8s/memoize.ts';

const MAX_ENV = 40;
const HASH = 10;
/** Characters of a long name that remain before the dash and the hash. */
const MAX_HEAD = MAX_ENV - HASH - 1;
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * The env's name as a DNS-1123 label of at most 40 characters. It is the subset name, the version label's value and
 * part of other names.
 * A name that has to be changed for this gets a hash of the whole name at its end. So does a name that is the changed
 * form of another name. So two envs never share an ID (ADR 21).
 */
export const envId = memoizedByText({ size: 1024, bytes: 2 ** 19 }, (name): string => {
  if (name.length <= MAX_ENV && LABEL.test(name) && !mayBeDerived(name)) return name;
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/^-+/, '');
  const cut = label.slice(0, MAX_HEAD);
  // Otherwise the head could have any length, and the result could equal the ID of another name.
  const head = cut.endsWith('--') ? cut.replace(/-+$/, '').padEnd(MAX_HEAD, 'x') : cut;
  return withHash(head, hash10(name), MAX_ENV);
});

/**
 * Could this name be the changed form of another name? A name that has to be tried has at most 13 dashes: 8,192
 * candidates.
 */
function mayBeDerived(name: string): boolean {
  const [, head, hash] = /^(.+)-([0-9a-f]{10})$/.exec(name) ?? [];
  if (head === undefined) return false;
  // A name this long may be cut. The rest of the original is unknown, so it cannot be tried.
  if (head.length >= MAX_HEAD - 1) return true;
  return undashedNames(head).some((one) => hash10(one) === hash);
}

/**
 * All names that become this one when their dots become dashes. In a Kubernetes name a dot is always between letters or
 * digits.
 */
function undashedNames(head: string): string[] {
  const [first = '', ...rest] = head.split(/(?<=[a-z0-9])-(?=[a-z0-9])/);
  return rest.reduce<string[]>(
    (made, part) => made.flatMap((one) => [`${one}-${part}`, `${one}.${part}`]),
    [first],
  );
}

/** `<name>-<hash>` in at most `limit` characters. The name is cut, never the hash. */
export function withHash(name: string, hash: string, limit: number): string {
  const head = name.slice(0, limit - hash.length - 1).replace(/[-.]+$/, '');
  return head === '' ? hash : `${head}-${hash}`;
}
