import { shapeText, wrongShape } from '../../api/foreign-shapes.ts';
import { IGNORE_MARK, MERGE_FROM_ANNOTATION } from '../../api/marks.ts';
import { MERGED_LISTS, targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import { patchProblems } from '../../istio/merged-routes/patch-problems.ts';
import { targetProblems } from '../../istio/merged-routes/target-problems.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { FieldProblem } from '../../istio/validate-match.ts';
import { cutText } from '../../k8s/cut-text.ts';
import { memoizedByText, memoizedForLast } from '../../k8s/memoize.ts';
import { isIgnored } from '../routes/ignored.ts';
import { canBeMarked, l4Key, withMarker } from '../routes/l4-marker.ts';
import { L4_LISTS, type L4List, l4Of } from '../routes/lists.ts';
import type { L4Route, PlannedMerge } from '../routes/merge-codec.ts';
import { targetName } from '../routes/scope.ts';
import { withoutOurs } from '../routes/strip.ts';

export type MergeRefusalReason =
  | 'NoTarget'
  | 'Invalid'
  | 'NotAllowed'
  | 'TargetIgnored'
  | 'TargetIsDelegate';

/** Why a merge adds nothing to its target, and what to do. */
export interface MergeRefusal {
  reason: MergeRefusalReason;
  message: string;
}

/**
 * Undefined: the merge is accepted. `merge` may have any shape. `target`: the VirtualService that it names, in the shape of its API;
 * without it only the merge itself is checked.
 */
export function mergeRefusal(
  merge: VirtualServiceMerge,
  target: VirtualService | undefined,
): MergeRefusal | undefined {
  const wrong = wrongShape('VirtualServiceMerge', merge);
  if (wrong !== undefined) return { reason: 'Invalid', message: `${shapeText(wrong)}: correct it` };
  const named = targetOf(merge);
  if (named === undefined) {
    const message =
      'spec.target.name is missing: name the VirtualService that the routes are for, and with spec.target.namespace its namespace if that is another one';
    return { reason: 'NoTarget', message };
  }
  const patch = routesOf(merge.spec.patch);
  return (
    (target && targetRefusal(merge.metadata.namespace ?? '', named, target)) ??
    routesRefusal(patch, target) ??
    streamsRefusal(patch as Pick<PlannedMerge, L4List>, target)
  );
}

/** The same for a merge in a plan. Its routes were valid, but its target may have changed since. */
export function plannedRefusal(
  merge: PlannedMerge,
  target: VirtualService,
): MergeRefusal | undefined {
  return (
    targetRefusal(merge.namespace, targetName(target), target) ??
    routesRefusal(routesOf(merge), target, problemsOfPlanned(merge))
  );
}

/** A plan's merges are the same objects as long as the text of the plan is the same. */
const known = new WeakMap<PlannedMerge, readonly FieldProblem[]>();

function problemsOfPlanned(merge: PlannedMerge): readonly FieldProblem[] {
  const before = known.get(merge);
  if (before !== undefined) return before;
  const fresh = problemsOfText(JSON.stringify(routesOf(merge)));
  known.set(merge, fresh);
  return fresh;
}

/** Lists of routes, of any shape. */
interface Patch {
  http?: unknown;
  tcp?: unknown;
  tls?: unknown;
}

/** The lists that are there. */
export function routesOf(patch: Patch | null | undefined): Patch {
  const lists = MERGED_LISTS.map((list) => [list, patch?.[list]] as const);
  return Object.fromEntries(lists.filter(([, routes]) => routes !== undefined && routes !== null));
}

function routesRefusal(
  patch: Patch,
  target: VirtualService | undefined,
  problems = problemsOfText(JSON.stringify(patch)),
): MergeRefusal | undefined {
  const all = problems.length === 0 && target ? problemsIn(patch, target) : problems;
  if (all.length === 0) return undefined;
  const texts = all.map(({ field, message }) => `spec.patch.${field}: ${message}`);
  return { reason: 'Invalid', message: cutText(texts.join('; '), MAX_MESSAGE) };
}

/** Routes of `tcp` and `tls` that could not be told from the user's own once they are in the VirtualService. `patch`: valid. */
function streamsRefusal(
  patch: Pick<PlannedMerge, L4List>,
  target: VirtualService | undefined,
): MergeRefusal | undefined {
  const problems = L4_LISTS.flatMap((list) => {
    const routes = patch[list] ?? [];
    const own = target && routes.length > 0 ? ownKeys(target)[list] : NO_KEYS;
    return routes.flatMap((route, index) => {
      const problem = streamProblem(route, own);
      return problem === undefined ? [] : `spec.patch.${list}[${index}].match: ${problem}`;
    });
  });
  if (problems.length === 0) return undefined;
  return { reason: 'Invalid', message: cutText(problems.join('; '), MAX_MESSAGE) };
}

/** Keys of the target's own routes: many merges may ask for one target. */
const ownKeys = memoizedForLast((target: VirtualService): Record<L4List, ReadonlySet<string>> => {
  const users = withoutOurs(target);
  return {
    tcp: new Set(l4Of(users, 'tcp').map(l4Key)),
    tls: new Set(l4Of(users, 'tls').map(l4Key)),
  };
});
const NO_KEYS: ReadonlySet<string> = new Set();

/** `own`: keys of the target's own routes. */
function streamProblem(route: L4Route, own: ReadonlySet<string>): string | undefined {
  if (!canBeMarked(route)) return CROWDED;
  return own.has(l4Key(withMarker(route))) ? ALIKE : undefined;
}

const CROWDED =
  'leave out one of sourceLabels, sourceNamespace, destinationSubnets and gateways in one entry: a merged route is marked with an empty one';
const ALIKE =
  'the VirtualService has a route of its own that is like this one with the empty member of merged routes: ask its owners to remove the empty member, or write another match';

const MAX_MESSAGE = 1024;

function problemsIn(patch: Patch, target: VirtualService): readonly FieldProblem[] {
  const { hosts = [], gateways = [] } = target.spec ?? {};
  const [tcp, tls] = L4_LISTS.map((list) => (patch[list] ? l4Of(withoutOurs(target), list) : []));
  return targetProblems(patch, { hosts: hosts ?? [], gateways: gateways ?? [], tcp, tls });
}

/** The same merges come with every sync and every write of their target. */
const problemsOfText: (text: string) => readonly FieldProblem[] = memoizedByText(
  {
    size: 1024,
    bytes: 2 * 2 ** 20,
    bytesOf: (problems: readonly FieldProblem[]) =>
      problems.reduce((bytes, { field, message }) => bytes + field.length + message.length, 64),
  },
  (text) => patchProblems(JSON.parse(text) as Patch),
);

function targetRefusal(
  namespace: string,
  named: string,
  target: VirtualService,
): MergeRefusal | undefined {
  if (!mayMerge(namespace, target)) return notAllowed(namespace, named);
  const name = `VirtualService ${cutText(named, 320)}`;
  if (isIgnored(target)) {
    const message = `${name} is marked ${IGNORE_MARK}: "true", so it gets no routes: ask its owners to remove that label or annotation, or name another target`;
    return { reason: 'TargetIgnored', message };
  }
  if (target.spec?.hosts?.length) return undefined;
  const message = `${name} has no hosts: it is a delegate, whose routes Istio combines with those of its root. Name the root, or a VirtualService with spec.hosts`;
  return { reason: 'TargetIsDelegate', message };
}

/**
 * The refusal of a merge in another namespace than its target. It is the same whether the target exists or not: who may not use a
 * namespace must not learn what is there (as RefNotPermitted of the Gateway API, gateway-api.sigs.k8s.io/api-types/referencegrant).
 */
export function notAllowed(namespace: string, named: string): MergeRefusal {
  const message = `there is no VirtualService ${cutText(named, 320)} that allows merges from namespace ${namespace}: ask its owners to add ${namespace} to its annotation ${MERGE_FROM_ANNOTATION} (namespaces with commas between them, or * for all), or move the merge`;
  return { reason: 'NotAllowed', message };
}

/** A VirtualService takes merges of its own namespace, and of those that its annotation names. Its annotations may have any shape. */
export function mayMerge(namespace: string, target: VirtualService): boolean {
  if (target.metadata.namespace === namespace) return true;
  const allowed = namespacesOf(target);
  return allowed.has('*') || allowed.has(namespace);
}

/** Thousands of merges may ask for one target, whose annotation may be long. */
const namespacesOf = memoizedForLast(({ metadata }: VirtualService): ReadonlySet<string> => {
  const text: unknown = metadata.annotations?.[MERGE_FROM_ANNOTATION];
  return new Set((typeof text === 'string' ? text : '').split(',').map((item) => item.trim()));
});
