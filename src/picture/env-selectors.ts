import type { IstioMatch } from '../api/dynamicenv.ts';
import { headerKey } from '../istio/header-name.ts';
import type { HTTPMatchRequest, StringMatch, VirtualService } from '../istio/types.ts';
import { jsonEqual } from '../k8s/canonical.ts';
import { routeNameOf } from '../virtualservice/injections/precedence.ts';
import { type SelectorEntry, selectorsOf } from '../virtualservice/injections/selectors.ts';
import { type PlannedInjection, planOf } from '../virtualservice/routes/plan-codec.ts';
import { type Scope, scopeOf } from '../virtualservice/routes/scope.ts';
import type { PictureSettings } from './types.ts';

/** Conditions that an env has in a match entry and that are long regexes, with the words for them: `ref mp-101`, `cookie user=alice`. */
export interface KnownSelector {
  text: string;
  conditions: NonNullable<SelectorEntry['beside']>;
}

const NONE: readonly KnownSelector[] = [];

/** The selectors of the env that a route of this VirtualService belongs to, by the route's name. */
export function knownSelectors(
  vs: VirtualService,
  settings: PictureSettings,
): (routeName: string | undefined) => readonly KnownSelector[] {
  const injections = planOf(vs)?.injections ?? [];
  if (injections.length === 0) return () => NONE;
  const scope = scopeOf(vs, settings);
  const byEnv = Map.groupBy(injections, ({ env }) => env);
  const envs = new Map(injections.map((one) => [routeNameOf(one), one.env]));
  return (routeName) => {
    const env = envs.get(routeName ?? '');
    const own = (env !== undefined && byEnv.get(env)) || [];
    return own
      .flatMap((injection) => selectorsIn(injection, scope))
      .sort((a, b) => size(b) - size(a));
  };
}

function selectorsIn(injection: PlannedInjection, scope: Scope): KnownSelector[] {
  return selectorsOf(injection, scope).flatMap(({ entries, matchIndex }) =>
    entries.flatMap(({ beside }) => {
      if (beside === undefined) return [];
      const match = matchIndex === undefined ? undefined : injection.matches[matchIndex];
      const text = match === undefined ? `ref ${injection.ref}` : membersText(match);
      return [{ text, conditions: beside }];
    }),
  );
}

function membersText({ cookie, baggage }: IstioMatch): string {
  return [
    ...(cookie ? [`cookie ${cookie.name}=${cookie.exact}`] : []),
    ...(baggage ? [`baggage ${baggage.key}=${baggage.exact}`] : []),
  ].join(', ');
}

function size({ conditions: { headers = {}, withoutHeaders = {} } }: KnownSelector): number {
  return Object.keys(headers).length + Object.keys(withoutHeaders).length;
}

/** The selector that has the most conditions of the entry, and what the entry has beside them; undefined: none. */
export function knownIn(
  entry: HTTPMatchRequest,
  known: readonly KnownSelector[],
): { text: string; rest: HTTPMatchRequest } | undefined {
  for (const { text, conditions } of known) {
    const headers = without(entry.headers, conditions.headers);
    const withoutHeaders = without(entry.withoutHeaders, conditions.withoutHeaders);
    if (headers && withoutHeaders) return { text, rest: { ...entry, headers, withoutHeaders } };
  }
  return undefined;
}

type Conditions = Record<string, StringMatch>;

/** The conditions without the wanted ones, which may be under another spelling; undefined: one of these is missing. */
function without(own: Conditions = {}, wanted: Conditions = {}): Conditions | undefined {
  const left = new Map(Object.entries(own));
  for (const [name, condition] of Object.entries(wanted)) {
    const found = [...left.keys()].find(
      (key) => headerKey(key) === headerKey(name) && jsonEqual(left.get(key), condition),
    );
    if (found === undefined) return undefined;
    left.delete(found);
  }
  return Object.fromEntries(left);
}
