import { type Finding, no, yes } from '../../k8s/condition.ts';
import type { Observed } from './observed.ts';
import { targetText } from './target.ts';

export function targetFound({ target, virtualService, unreadable, isHidden }: Observed): Finding {
  if (target === undefined) return no('NoTarget', 'the merge names no VirtualService');
  const name = `VirtualService ${targetText(target)}`;
  if (isHidden) {
    const message = `${name} is in another namespace: whether it exists is told when it allows merges from this one`;
    return { status: 'unknown', reason: 'NotAllowed', message };
  }
  if (virtualService !== undefined || unreadable !== undefined)
    return yes('Found', `${name} exists`);
  return no(
    'NotFound',
    `${name} does not exist: create it, or correct spec.target; the routes are merged as soon as it exists`,
  );
}
