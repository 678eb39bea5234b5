import { isInjectedRouteName } from '../../api/route-name.ts';
import { delegatingRoutes, resolvedRoutes } from '../../istio/delegates.ts';
import { contradiction, mergeMatches } from '../../istio/merge-match.ts';
import { nameOf, namespaceOf } from '../../istio/objects.ts';
import type { HTTPMatchRequest, HTTPRoute, VirtualService } from '../../istio/types.ts';
import { memoizedForLast } from '../../k8s/memoize.ts';
import type { RefFlags } from '../../refs/settings.ts';
import { labelOf } from '../routes/eligible.ts';
import { isIgnored } from '../routes/ignored.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { httpOf, scopeOf } from '../routes/scope.ts';
import { withoutOurs } from '../routes/strip.ts';
import { conditionsOn } from './and-match.ts';
import { areDisjoint, isKeptOut } from './disjoint.ts';
import { pairsByPrecedence } from './precedence.ts';
import { draftPairs, routesFor } from './render.ts';
import { plainEntry, type SelectorEntry } from './selectors.ts';

/**
 * Which copies in a delegate Istio drops under one of these roots although it keeps the route that was copied: there, the env's
 * requests go to the base. One sentence each; empty if this is no delegate, or none of `roots` delegates to it.
 */
export function delegateLosses(
  delegate: VirtualService,
  roots: readonly VirtualService[],
  injection: PlannedInjection,
  config: { clusterDomain: string } & Partial<RefFlags>,
): string[] {
  const scope = scopeOf(delegate, config);
  if (!scope.isDelegate || isIgnored(delegate)) return [];
  const above = (delegating(roots).get(nameOf(delegate)) ?? []).flatMap((root) =>
    delegatingRoutes(root, delegate, config.clusterDomain).map((route) => [root, route] as const),
  );
  if (above.length === 0) return [];
  const joins = conditionsIn(above.map(([, route]) => route)) * conditionsIn(httpOf(delegate));
  const pairs = pairsByPrecedence([injection], scope);
  if (joins * pairs.length > MAX_JOINS) return [TOO_MANY];
  const losses = pairs.flatMap((pair) => {
    const { entries, matchIndex } = pair.selector;
    // Requests that select the ref in another way have a copy of their own.
    const isPart = matchIndex === undefined;
    const http = routesFor(draftPairs(withoutOurs(delegate), [pair], scope), [injection]);
    const rendered = { ...delegate, spec: { ...delegate.spec, http } };
    const routes = resolvedRoutes(rendered, config.clusterDomain).map(({ route }) => route);
    return above.flatMap(([root, route]) =>
      lossesUnder(route, routes, entries).map((loss) =>
        message({ ...loss, isPartial: loss.isPartial || isPart }, nameOf(root), route),
      ),
    );
  });
  return [...new Set(losses)];
}

/** The same roots are searched for every delegate. */
const delegating = memoizedForLast(byDelegate);

/** The roots by the delegates (`namespace/name`) that they have a route to. */
function byDelegate(roots: readonly VirtualService[]): ReadonlyMap<string, VirtualService[]> {
  const known = new Map<string, VirtualService[]>();
  for (const root of roots) {
    const names = httpOf(root).flatMap(({ delegate }) =>
      delegate ? `${delegate.namespace || namespaceOf(root)}/${delegate.name}` : [],
    );
    for (const one of new Set(names)) {
      const list = known.get(one);
      if (list === undefined) known.set(one, [root]);
      else list.push(root);
    }
  }
  return known;
}

/** Most pairs of match entries, one of a root and one of a copy, that are compared for one env. */
const MAX_JOINS = 10_000;
const TOO_MANY =
  'it and the VirtualServices that delegate to it have too many match entries to tell which copies Istio drops there; split it';

function conditionsIn(routes: readonly HTTPRoute[]): number {
  return routes.reduce((sum, { match }) => sum + Math.max(match?.length ?? 0, 1), 0);
}

/** The losses of the copies. Each copy is directly before its base. Routes behind one that takes all requests of this root are skipped. */
function lossesUnder(
  { match: root = [] }: HTTPRoute,
  routes: readonly HTTPRoute[],
  selector: readonly SelectorEntry[],
): Loss[] {
  const last = routes.findIndex(
    (route) => !isInjectedRouteName(route.name) && takesAll(root, route.match ?? []),
  );
  const asked = last < 0 ? routes : routes.slice(0, last + 1);
  return asked.flatMap((copy, index) => {
    const base = asked[index + 1];
    if (base === undefined || !isInjectedRouteName(copy.name)) return [];
    const loss = lossOf(root, base.match ?? [], copy.match ?? [], selector);
    return loss === undefined ? [] : [{ ...loss, base: labelOf(base) }];
  });
}

function takesAll(root: readonly HTTPMatchRequest[], base: readonly HTTPMatchRequest[]): boolean {
  if (base.length === 0) return true;
  if (root.length === 0 || mergeMatches(root, base) === undefined) return false;
  return root.every((entry) =>
    base.some((leaf) => addsNoCondition(entry, leaf) && contradiction(entry, leaf) === undefined),
  );
}

/** Does every request that matches the root's entry match the delegate's entry, too? */
function addsNoCondition({ sourceNamespace }: HTTPMatchRequest, leaf: HTTPMatchRequest): boolean {
  const known = ['name', 'ignoreUriCase', ...(sourceNamespace ? ['sourceNamespace'] : [])];
  return Object.keys(leaf).every((field) => known.includes(field));
}

interface Loss {
  /** The route that the copy was made of, in words. */
  base: string;
  /** The field in which the copy contradicts the root. */
  field: string;
  /** The copy still applies to other requests. */
  isPartial: boolean;
}

/**
 * A copy has one entry for each entry of its base, since a selector has one in a delegate. A base without a match never contradicts the
 * root; its copy may.
 */
function lossOf(
  root: readonly HTTPMatchRequest[],
  base: readonly HTTPMatchRequest[],
  copy: readonly HTTPMatchRequest[],
  selector: readonly SelectorEntry[],
): Omit<Loss, 'base'> | undefined {
  if (mergeMatches(root, base) === undefined) return undefined;
  const dropped = mergeMatches(root, copy) === undefined ? contraryEntry(root, copy) : undefined;
  const fields = copy.flatMap((leaf, index) => {
    const own = base[index];
    return root
      .filter((entry) => own === undefined || contradiction(entry, own) === undefined)
      .filter((entry) => !selector.every((one) => isNeverMet(entry, one)))
      .flatMap((entry) => contradiction(entry, leaf) ?? dropped ?? []);
  });
  const [field] = fields;
  return field === undefined ? undefined : { field, isPartial: dropped === undefined };
}

/** Why the whole copy is dropped: one of its entries contradicts all entries of the root. Returns the first such field. */
function contraryEntry(
  root: readonly HTTPMatchRequest[],
  copy: readonly HTTPMatchRequest[],
): string | undefined {
  return copy
    .map((leaf) => root.map((entry) => contradiction(entry, leaf)))
    .find((fields) => fields.every((field) => field !== undefined))?.[0];
}

/** True only if no request that meets the selector's entry can match the root's: then nothing is lost there. */
function isNeverMet(entry: HTTPMatchRequest, selector: SelectorEntry): boolean {
  return Object.entries(plainEntry(selector).headers ?? {}).some(
    ([name, wanted]) =>
      conditionsOn(name, entry.headers).some((own) => areDisjoint(own, wanted)) ||
      conditionsOn(name, entry.withoutHeaders).some((unwanted) => isKeptOut(wanted, unwanted)),
  );
}

function message({ base, field, isPartial }: Loss, root: string, above: HTTPRoute): string {
  const [kind, ...name] = field.split('.');
  const remedy =
    kind === 'headers'
      ? `take the condition on header ${name.join('.')} out of the root's route`
      : `put a route before ${base} whose match repeats the root's ${field}`;
  const part = isPartial ? ' for a part of its requests' : '';
  return `under VirtualService ${root} Istio drops the copy of ${base}${part}, so the env's requests go to the base: it contradicts ${field} of ${labelOf(above)} there; ${remedy}`;
}
