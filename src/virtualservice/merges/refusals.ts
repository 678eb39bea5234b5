import { IGNORE_MARK, MERGE_FROM_ANNOTATION } from '../../api/marks.ts';
import { targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { Refusal } from '../../crd/refusal.ts';
import { patchProblems } from '../../istio/merged-routes/patch-problems.ts';
import { targetProblems } from '../../istio/merged-routes/target-problems.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { FieldProblem } from '../../istio/validate-match.ts';
import { memoizedByText } from '../../k8s/memoize.ts';
import { isIgnored } from '../routes/ignored.ts';
import type { PlannedMerge } from '../routes/merge-codec.ts';
import { targetName } from '../routes/strip.ts';

/** The routes of a merge, of any shape. */
interface Patch {
  http?: unknown;
  tcp?: unknown;
  tls?: unknown;
}

/** Why a merge gets no routes in its target, and what to do; undefined: it may. `target`: the VirtualService that the merge names. */
export function mergeRefusal(
  merge: VirtualServiceMerge,
  target: VirtualService,
): Refusal | undefined {
  if (targetOf(merge) === undefined) {
    const message = 'spec.target.name: is empty; name the VirtualService that gets the routes';
    return { reason: 'NoTarget', message };
  }
  const patch = routesOf(merge.spec?.patch);
  return (
    targetRefusal(merge.metadata.namespace ?? '', target) ??
    invalid(knownProblems(patch), patch, target)
  );
}

/** The same for a merge in a plan: its routes were valid by themselves, but its target may have changed since. */
export function plannedRefusal(
  { namespace, http, tcp, tls }: PlannedMerge,
  target: VirtualService,
): Refusal | undefined {
  const patch = routesOf({ http, tcp, tls });
  return targetRefusal(namespace, target) ?? invalid(knownProblems(patch), patch, target);
}

export function routesOf(patch: Patch | null | undefined): Patch {
  const { http, tcp, tls } = patch ?? {};
  return {
    ...(http != null && { http }),
    ...(tcp != null && { tcp }),
    ...(tls != null && { tls }),
  };
}

/** What the target says, whatever the routes are. */
function targetRefusal(namespace: string, target: VirtualService): Refusal | undefined {
  const name = `VirtualService ${targetName(target)}`;
  if (isIgnored(target)) {
    const message = `${name} is marked ${IGNORE_MARK}: "true", so it gets no routes; ask its owner to remove the mark`;
    return { reason: 'TargetIgnored', message };
  }
  if (!mayMerge(namespace, target)) {
    const message = `${name} does not accept merges of namespace ${namespace}: ask its owner for the annotation ${MERGE_FROM_ANNOTATION}: "${namespace}" on it (a list separated by commas, or *)`;
    return { reason: 'NotAllowed', message };
  }
  if ((target.spec?.hosts ?? []).length === 0) {
    const message = `${name} has no hosts, so other VirtualServices delegate to it, and it gets no merged routes; name the VirtualService that delegates to it`;
    return { reason: 'TargetIsDelegate', message };
  }
  return undefined;
}

function mayMerge(namespace: string, { metadata }: VirtualService): boolean {
  if (namespace === metadata.namespace) return true;
  const from = metadata.annotations?.[MERGE_FROM_ANNOTATION];
  const names = typeof from === 'string' ? from.split(',').map((name) => name.trim()) : [];
  return names.includes(namespace) || names.includes('*');
}

function invalid(
  problems: readonly FieldProblem[],
  patch: Patch,
  { spec }: VirtualService,
): Refusal | undefined {
  const ofTarget = () =>
    targetProblems(patch, { hosts: spec?.hosts ?? [], gateways: spec?.gateways ?? [] });
  const all = problems.length > 0 ? problems : ofTarget();
  if (all.length === 0) return undefined;
  const message = all.map((one) => `spec.patch.${one.field}: ${one.message}`).join('; ');
  return { reason: 'Invalid', message };
}

/** The same merges come with every sync and every write of their target. */
const problemsOfText = memoizedByText(
  {
    size: 1024,
    bytes: 2 * 2 ** 20,
    bytesOf: (problems) => 64 + problems.reduce((sum, { message }) => sum + message.length, 0),
  },
  (text): readonly FieldProblem[] => patchProblems(JSON.parse(text) as Patch),
);

function knownProblems(patch: Patch): readonly FieldProblem[] {
  return problemsOfText(JSON.stringify(patch));
}
