import { memberRegexes } from '../../api/member-regex.ts';
import { regexRefusals } from '../../api/regex-refusals.ts';
import { envoyRegexProblem } from '../../istio/regex-bounds.ts';
import { refProblem, serviceNameProblem } from '../../refs/names.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import type { Pair } from './precedence.ts';

/** A Deployment's name. As the value of a response header it contains no Envoy command (`%…%`). */
const CLONE = /^[-.a-z0-9]{1,253}$/;

/** Answers for injections that were asked about before. Only a few are: those that may have a problem. `null`: it has none. */
const known = new WeakMap<PlannedInjection, string | null>();

/**
 * Why Envoy would refuse every route of this injection, even if istiod accepts it; undefined: it would not. Schema and hook refuse
 * such an env today; an injection or a plan of an older version may still have such a match.
 */
export function pairProblem({ injection }: Pick<Pair, 'injection'>): string | undefined {
  const before = known.get(injection);
  if (before !== undefined) return before ?? undefined;
  const fresh = injectionProblem(injection);
  known.set(injection, fresh ?? null);
  return fresh;
}

/** The same without a cache, for callers with a cache of their own. Most injections come with one call and are never seen again. */
export function injectionProblem(injection: PlannedInjection): string | undefined {
  const { matches, clone } = injection;
  const problem = matchesProblem(matches) ?? refSelectionProblem(injection);
  if (problem !== undefined) return `its routes are not rendered: ${problem}`;
  return CLONE.test(clone)
    ? undefined
    : `its routes are not rendered: "${clone}" is not a valid name of a Deployment`;
}

/** Its regexes are only valid, and short enough, for a valid ref and the name of a Service. */
function refSelectionProblem({ host, ref, entry }: PlannedInjection): string | undefined {
  // An entry's host is no Service, and its link has a regex of its own (see `isEntry`).
  if (ref === undefined || entry !== undefined) return undefined;
  const [service = ''] = host.split('.');
  return refProblem('spec.ref', ref) ?? serviceNameProblem('host', service);
}

/** Why no proxy may get these matches, even if Istio accepts them: the first regex that is beyond the bounds. */
export function matchesProblem(matches: PlannedInjection['matches']): string | undefined {
  const [refusal] = regexRefusals(matches, 'spec.istioMatches');
  if (refusal !== undefined) return `${refusal.path}: ${refusal.message}`;
  return memberProblem(matches) ?? parameterProblem(matches);
}

/** As in the schema. Envoy refuses an empty name (`QueryParameterMatcher` in `config/route/v3/route_components.proto`). */
const PARAMETER = /^[!-"$%'-<>-~]{1,256}$/;

function parameterProblem(matches: PlannedInjection['matches']): string | undefined {
  for (const [index, { queryParams }] of matches.entries()) {
    for (const name in queryParams) {
      if (!PARAMETER.test(name))
        return `spec.istioMatches[${index}].queryParams: the name "${name.slice(0, 64)}" is not valid`;
    }
  }
  return undefined;
}

/** Values of cookies and baggage members that are longer, or have other characters, than the schema allows. */
function memberProblem(matches: PlannedInjection['matches']): string | undefined {
  for (const [index, match] of matches.entries()) {
    if (match.cookie === undefined && match.baggage === undefined) continue;
    for (const [field, { regex = '' }] of Object.entries(memberRegexes(match))) {
      const problem = envoyRegexProblem(regex);
      if (problem !== undefined)
        return `spec.istioMatches[${index}].${field}: its regex ${problem}`;
    }
  }
  return undefined;
}
