import { hash10 } from '../k8s/hash.ts';
import { rememberedByText } from '../k8s/remembered.ts';

const MAX_ENV = 40;
const HASH = 10;
/** So much of a long name is left before the dash and the hash. */
const MAX_HEAD = MAX_ENV - HASH - 1;
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * The env's name as a DNS-1123 label of at most 40 characters: subset name, version label value, part of other
 * names. Whenever that changes the name a hash of the whole name follows, and a name that is what another one is changed to
 * is changed as well, so that two envs never share one (ADR 21).
 */
export const envId = rememberedByText({ size: 1024, bytes: 2 ** 19 }, (name): string => {
  if (name.length <= MAX_ENV && LABEL.test(name) && !isMadeOfAnother(name)) return name;
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/^-+/, '');
  const cut = label.slice(0, MAX_HEAD);
  // Else what is left could be of any length, and not be told from a name that was given.
  const head = cut.endsWith('--') ? cut.replace(/-+$/, '').padEnd(MAX_HEAD, 'x') : cut;
  return withHash(head, hash10(name), MAX_ENV);
});

/** Names whose dashes are in question have 13 of them at most: 8,192 to look at. */
function isMadeOfAnother(name: string): boolean {
  const [, head, hash] = /^(.+)-([0-9a-f]{10})$/.exec(name) ?? [];
  if (head === undefined) return false;
  // What a long name was cut to: the rest of it is not known.
  if (head.length >= MAX_HEAD - 1) return true;
  return dotted(head).some((one) => hash10(one) === hash);
}

/** The names that become this one where dots become dashes; a dot of Kubernetes' names stands between letters or digits. */
function dotted(head: string): string[] {
  const [first = '', ...rest] = head.split(/(?<=[a-z0-9])-(?=[a-z0-9])/);
  return rest.reduce<string[]>(
    (made, part) => made.flatMap((one) => [`${one}-${part}`, `${one}.${part}`]),
    [first],
  );
}

/** `<name>-<hash>` in at most `limit` characters; the name gives way. */
export function withHash(name: string, hash: string, limit: number): string {
  const head = name.slice(0, limit - hash.length - 1).replace(/[-.]+$/, '');
  return head === '' ? hash : `${head}-${hash}`;
}
