import { jsonEqual } from '../../k8s/canonical.ts';
import { MAX_OBJECT_BYTES, MAX_PLAN_BYTES } from '../routes/limits.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { olderFirst, routeNameOf } from './precedence.ts';

/** Of a plan's 64 KiB one env may take so much: a quarter. */
export const PLAN_SHARE_BYTES = MAX_PLAN_BYTES / 4;
/**
 * Of an object's 1.25 MiB one env may take so much for routes beyond those of one match: a quarter. How large the copies for one match
 * are is the user's doing, not the env's.
 */
export const ROUTES_SHARE_BYTES = MAX_OBJECT_BYTES / 4;

/** An injection in the order in which room is given. */
export interface Applicant {
  injection: PlannedInjection;
  /** It is in already, and does not ask for more: its env's share does not matter. */
  isSettled: boolean;
}

/**
 * In which order injections get room: first those in the present plan as they are, then those there that changed (first such as
 * did not grow), then newcomers; the older env first. So nobody who is in is pushed out by another env, new or grown.
 */
export function applicants(
  injections: readonly PlannedInjection[],
  present: readonly PlannedInjection[],
  bytes: (injection: PlannedInjection) => number,
): Applicant[] {
  const known = new Map(present.map((injection) => [routeNameOf(injection), injection]));
  const classOf = (injection: PlannedInjection): number => {
    const before = known.get(routeNameOf(injection));
    if (before === undefined) return 3;
    if (jsonEqual(before, injection)) return 0;
    return bytes(asked(injection)) <= bytes(asked(before)) ? 1 : 2;
  };
  return injections
    .map((injection) => ({ injection, place: classOf(injection) }))
    .sort((a, b) => a.place - b.place || olderFirst(a.injection, b.injection))
    .map(({ injection, place }) => ({ injection, isSettled: place < 2 }));
}

/** What an env asks for. How its subsets are named is our doing, or the base's rules': nobody is to lose a place for it. */
function asked({ targets: _targets, ...injection }: PlannedInjection): PlannedInjection {
  return { ...injection, to: '' };
}

/**
 * Is every env within its share, for sure? Told without counting, and mostly true: a character takes six bytes of JSON at the most, and
 * what is beside the texts takes no more than this.
 */
export function areSurelyModest(injections: readonly PlannedInjection[]): boolean {
  const used = new Map<string, number>();
  for (const injection of injections) {
    const { env, matches } = injection;
    if (matches.length > 1) return false;
    const bytes = (used.get(env) ?? 0) + mostBytes(injection);
    if (bytes > PLAN_SHARE_BYTES) return false;
    used.set(env, bytes);
  }
  return true;
}

const BESIDE_TEXTS = 256;
const BESIDE_CONDITION = 64;

function mostBytes({ clone, created, deployment, env, from, host, to, matches }: PlannedInjection) {
  const { namespace, name } = deployment;
  const texts = [clone, created, namespace, name, env, host, to, ...from];
  let bytes = BESIDE_TEXTS;
  for (const text of texts) bytes += MOST_ESCAPED * text.length + 3;
  for (const { headers, sourceLabels } of matches) {
    for (const key in headers) {
      const { exact = '', prefix = '', regex = '' } = headers[key] ?? {};
      const length = key.length + exact.length + prefix.length + regex.length;
      bytes += BESIDE_CONDITION + MOST_ESCAPED * length;
    }
    for (const key in sourceLabels) {
      bytes += BESIDE_CONDITION + MOST_ESCAPED * (key.length + (sourceLabels[key] ?? '').length);
    }
  }
  return bytes;
}

/** A character may become six bytes in JSON (`\u0000`). */
const MOST_ESCAPED = 6;

/** What one env has, and may have. */
export interface Shares {
  /** Would the env be beyond its share with this one, and by what? */
  excess(injection: PlannedInjection): string | undefined;
  take(injection: PlannedInjection): void;
}

interface Sizes {
  plan: (injection: PlannedInjection) => number;
  routes: (injection: PlannedInjection) => number;
}

export function createShares({ plan, routes }: Sizes): Shares {
  const used = new Map<string, { plan: LazySum; routes: LazySum }>();
  const usedBy = (env: string) => {
    const fresh = {
      plan: lazySum(plan),
      routes: lazySum((one) => beyondOneMatch(one, routes)),
    };
    const known = used.get(env) ?? fresh;
    used.set(env, known);
    return known;
  };
  return {
    excess: (injection) => {
      const own = usedBy(injection.env);
      const forPlan = own.plan.with(injection);
      if (forPlan > PLAN_SHARE_BYTES) return excessText('plan', forPlan, PLAN_SHARE_BYTES);
      const forRoutes = own.routes.with(injection);
      return forRoutes > ROUTES_SHARE_BYTES
        ? excessText('routes of more than one match', forRoutes, ROUTES_SHARE_BYTES)
        : undefined;
    },
    take: (injection) => {
      const own = usedBy(injection.env);
      own.plan.add(injection);
      own.routes.add(injection);
    },
  };
}

/** A sum that is counted only when it is asked for, each item once: mostly nobody asks. */
interface LazySum {
  add(injection: PlannedInjection): void;
  with(injection: PlannedInjection): number;
}

function lazySum(bytes: (injection: PlannedInjection) => number): LazySum {
  let total = 0;
  let uncounted: PlannedInjection[] = [];
  return {
    add: (injection) => uncounted.push(injection),
    with: (injection) => {
      for (const one of uncounted) total += bytes(one);
      uncounted = [];
      return total + bytes(injection);
    },
  };
}

function beyondOneMatch(
  injection: PlannedInjection,
  routes: (injection: PlannedInjection) => number,
): number {
  const count = injection.matches.length;
  return count < 2 ? 0 : Math.ceil((routes(injection) * (count - 1)) / count);
}

function excessText(what: string, bytes: number, share: number): string {
  return `its ${what} would take ${bytes} bytes here, and one env may take ${share}; use fewer or shorter matches`;
}
