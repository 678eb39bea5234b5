import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import { memoizedForLast } from '../../../k8s/memoize.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { baseKeyOf, hostOf, injectionBaseKey, type Observed } from '../observed.ts';

/** Every child asks for those of its base: they are grouped once. Under `undefined`: the rules whose mark was edited away. */
const byBase = memoizedForLast(({ injections, rules }: Observed) => ({
  injections: Map.groupBy(injections.filter(isOfService), injectionBaseKey),
  rules: Map.groupBy(rules, baseKeyOf),
}));

/** An entry leads nowhere by itself: its copies lead to clones of the other injections in a plan. */
function isOfService({ spec }: RouteInjection): boolean {
  return spec.entry === undefined;
}

/** The injections of a base (`<namespace>/<name>`); all of them if `key` is unknown, because somebody removed a child's mark. */
export function injectionsOf(
  key: string | undefined,
  observed: Observed,
): readonly RouteInjection[] {
  return key === undefined ? observed.injections : (byBase(observed).injections.get(key) ?? []);
}

const byHost = memoizedForLast(({ injections }: Observed) => ({
  ofBase: Map.groupBy(injections.filter(isOfService), (one) =>
    placeOf(injectionBaseKey(one), one.spec.host),
  ),
  all: Map.groupBy(injections, ({ spec }) => spec.host),
}));

const placeOf = (key: string, host: string) => `${key} ${host}`;

/** Those of `injectionsOf` for a host. A base may have thousands of rules, and each asks. */
export function injectionsAt(
  key: string | undefined,
  host: string,
  observed: Observed,
): readonly RouteInjection[] {
  const { ofBase, all } = byHost(observed);
  return (key === undefined ? all.get(host) : ofBase.get(placeOf(key, host))) ?? [];
}

/** The rules that may belong to a base: rules without the mark count, too. */
export function rulesOf(key: string | undefined, observed: Observed): readonly DestinationRule[] {
  if (key === undefined) return observed.rules;
  const { rules } = byBase(observed);
  return [...(rules.get(undefined) ?? []), ...(rules.get(key) ?? [])];
}

/** Does an injection lead to one of these children? A child without its marks may belong to any injection. */
export function leadingToAny(
  children: readonly KubeObject[],
): (injection: RouteInjection) => boolean {
  const key = (base: string | undefined, host: string | undefined) => `${base ?? ''} ${host ?? ''}`;
  const places = new Set(children.map((child) => key(baseKeyOf(child), hostOf(child))));
  return (injection) => {
    const base = injectionBaseKey(injection);
    const { host } = injection.spec;
    return [
      key(base, host),
      key(base, undefined),
      key(undefined, host),
      key(undefined, undefined),
    ].some((place) => places.has(place));
  };
}

const answers = memoizedForLast((_context: object) => new Map<string, boolean>());

/** Computes an answer that all children of a kind and base share once per context. */
export function oncePer(context: object, question: string, answer: () => boolean): boolean {
  const known = answers(context);
  const before = known.get(question);
  if (before !== undefined) return before;
  const fresh = answer();
  known.set(question, fresh);
  return fresh;
}
