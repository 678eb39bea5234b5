import { UsageError } from '../../errors.ts';
import { canI, type Denied, rightText } from '../../kube-client/denied.ts';
import type { OpenCluster } from '../../kube-client/open.ts';

/** The error for required rights that are missing. It names all of them, so that the user can ask for all at once. */
export function missingRights(
  denied: readonly [Denied, ...Denied[]],
  { context }: OpenCluster,
): UsageError {
  const user = denied.map((one) => one.user).find((name) => name !== undefined);
  const who = user === undefined ? 'your user' : `user "${user}"`;
  const rights = [...new Set(denied.map(rightText))].map((right) => `  ${right}`);
  const lines = [
    `rights of ${who} are missing in the cluster of context ${context}:`,
    ...rights,
    `ask its administrator for them, or choose another --context; check a right with "${canI(denied[0])}"`,
  ];
  return new UsageError(lines.join('\n'));
}

/** One line: what was not read because a right is missing. */
export function notSeen(denied: Denied, what: string): string {
  const user = denied.user === undefined ? '' : ` (user "${denied.user}")`;
  return `not read, because of a missing right: ${rightText(denied)}${user}: ${what}`;
}
