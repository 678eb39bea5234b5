import { hash10 } from '../k8s/hash.ts';
import { isRef, MAX_REF } from './names.ts';

/** A ticket's key, as Jira has them, where a part of the branch's name begins: `feature/MP-101-new-form`. */
const TICKET = /(?:^|\/)([a-z][a-z0-9]+-[0-9]+)(?=$|[-_/])/i;
/** Ends like a ref that was made from another name. */
const HASHED = /-[0-9a-f]{10}$/;
const MAX_HEAD = MAX_REF - 11;

/**
 * The ref of a branch: the first ticket's key in it (`feature/mp-101-bla-bla` → `mp-101`), since branches of one ticket in
 * several services are to share a ref; else, or with `isWhole`, one of the whole name. It is a valid ref for any text.
 */
export function refOfBranch(branch: string, isWhole: boolean): string {
  const ticket = isWhole ? undefined : TICKET.exec(branch)?.[1]?.toLowerCase();
  return ticket !== undefined && isRef(ticket) ? ticket : refOfName(branch);
}

/** No two names get the same one: a hash follows whenever the name has to be changed, or ends as if it did. */
function refOfName(branch: string): string {
  if (isRef(branch) && !HASHED.test(branch)) return branch;
  const words = branch.toLowerCase().split(/[^a-z0-9]+/);
  const label = words.filter((word) => word !== '').join('-');
  const head = label.slice(0, MAX_HEAD).replace(/-$/, '') || 'branch';
  return `${head}-${hash10(branch)}`;
}
