import { MERGED_LISTS, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import { byText } from '../../k8s/canonical.ts';
import { type Finding, no, yes } from '../../k8s/condition.ts';
import { cutText } from '../../k8s/cut-text.ts';
import type { MergeRefusal } from '../../virtualservice/merges/refusals.ts';

/** So many ignored members are named. */
const NAMED = 8;

/** Does the system merge what the merge says? Its message names what is ignored. */
export function accepted(merge: VirtualServiceMerge, refusal: MergeRefusal | undefined): Finding {
  if (refusal !== undefined) return no(refusal.reason, refusal.message);
  const ignored = ignoredMembers(merge);
  if (ignored.length === 0) return yes('Accepted', 'the merge is valid');
  const named = ignored.slice(0, NAMED).map((member) => `spec.patch.${cutText(member, 64)}`);
  const more = ignored.length > NAMED ? [`${ignored.length - NAMED} more`] : [];
  return yes(
    'Accepted',
    `the merge is valid, but only http, tcp and tls are merged: ${[...named, ...more].join(', ')} ${ignored.length === 1 ? 'is' : 'are'} ignored; remove ${ignored.length === 1 ? 'it' : 'them'} from the merge, or change the VirtualService itself`,
  );
}

function ignoredMembers({ spec }: VirtualServiceMerge): string[] {
  return Object.entries(spec.patch ?? {})
    .filter(([member, value]) => value !== null && !MERGED_LISTS.some((list) => list === member))
    .map(([member]) => member)
    .sort(byText);
}
