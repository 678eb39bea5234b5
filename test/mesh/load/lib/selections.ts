import { pick } from '../../../../src/refs/pick.ts';
import { refSettings } from '../../../../src/refs/settings.ts';
import { cookieOf, parameterOf } from './link-requests.ts';
import { type Intent, userOf } from './request.ts';

/** What carries refs in the tests of this folder. */
export const REF_CARRIERS: ('header' | 'baggage')[] = ['header', 'baggage'];
const SETTINGS = refSettings({ refCarriers: REF_CARRIERS });
const SERVICE = 'backend';

/** The name of a ref where users are listed. */
export function refName(ref: string): string {
  return `ref ${ref}`;
}

export function isRefName(user: string): boolean {
  return user.startsWith(refName(''));
}

/** The name of a link's value where users are listed. */
export function linkName(ref: string): string {
  return `link ${ref}`;
}

/**
 * The link, the ref, the user and the cookie that a request selects, in the order in which envs take it: an env with the ref comes before an
 * env with the user. No header is sent twice, so it does not matter how proxies read repeated headers.
 */
export function selectionsOf(intent: Intent): string[] {
  const ref = pick(SERVICE, Object.entries(intent.headers), SETTINGS, 'joined');
  const user = userOf(intent);
  const parameter = parameterOf(intent.path);
  // The link that leaves.
  if (parameter === '') return [];
  const cookie = cookieOf(intent.headers);
  return [
    ...(parameter === undefined ? [] : [linkName(parameter)]),
    ...(ref === undefined ? [] : [refName(ref)]),
    ...(user === undefined ? [] : [user]),
    ...(cookie === undefined ? [] : [linkName(cookie)]),
  ];
}
