import { hash10 } from '../k8s/hash.ts';

const MAX_ENV = 40;
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * The env's name as a DNS-1123 label of at most 40 characters: subset name, version label value, part of other
 * names. Whenever that changes the name a hash of the whole name follows, so that two envs never share one.
 */
export function envId(name: string): string {
  if (name.length <= MAX_ENV && LABEL.test(name)) return name;
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/^-+/, '');
  return withHash(label, hash10(name), MAX_ENV);
}

/** `<name>-<hash>` in at most `limit` characters; the name gives way. */
export function withHash(name: string, hash: string, limit: number): string {
  const head = name.slice(0, limit - hash.length - 1).replace(/[-.]+$/, '');
  return head === '' ? hash : `${head}-${hash}`;
}
