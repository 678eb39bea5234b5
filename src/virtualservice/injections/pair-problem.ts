import { regexRefusals } from '../../api/regex-refusals.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import type { Pair } from './precedence.ts';

/** The value of a response header in which Envoy finds no command: a Deployment's name. */
const CLONE = /^[-.a-z0-9]{1,253}$/;

/** Only those with which something is wrong come here, and they are few; `null`: nothing is. */
const known = new WeakMap<PlannedInjection, string | null>();

/**
 * Why Envoy would refuse any route that this injection is in, whatever istiod says of it, or undefined. The schema and the hook
 * let no such env in; an injection or a plan of a version before may still have one.
 */
export function pairProblem({ injection }: Pick<Pair, 'injection'>): string | undefined {
  const before = known.get(injection);
  if (before !== undefined) return before ?? undefined;
  const fresh = injectionProblem(injection);
  known.set(injection, fresh ?? null);
  return fresh;
}

/** The same, for who remembers the answer: most injections come with one call and are never seen again. */
export function injectionProblem({ matches, clone }: PlannedInjection): string | undefined {
  const problem = matchesProblem(matches);
  if (problem !== undefined) return `no proxy is to get its routes: ${problem}`;
  return CLONE.test(clone)
    ? undefined
    : `no proxy is to get its routes: "${clone}" is no name of a Deployment`;
}

/** Why no proxy is to get these matches, though Istio may take them: the first regex that is beyond the bounds. */
export function matchesProblem(matches: PlannedInjection['matches']): string | undefined {
  const [refusal] = regexRefusals(matches, 'spec.istioMatches');
  return refusal && `${refusal.path}: ${refusal.message}`;
}
