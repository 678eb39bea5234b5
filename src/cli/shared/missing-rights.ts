import { UsageError } from '../../errors.ts';
import { canI, type Denied, rightText } from '../../kube-client/denied.ts';
import type { OpenCluster } from '../../kube-client/open.ts';

/** Rights without which there is no answer: all of them, so that they can be asked for at once. */
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
    `ask its administrator for them, or choose another --context; "${canI(denied[0])}" tells whether you have one`,
  ];
  return new UsageError(lines.join('\n'));
}

/** A right without which something was not seen, in one line. */
export function notSeen(denied: Denied, what: string): string {
  const user = denied.user === undefined ? '' : ` (user "${denied.user}")`;
  return `not seen, for want of the right to ${rightText(denied)}${user}: ${what}`;
}
