import type { Contribution, Shares } from '../routes/contribution.ts';
import { MAX_OBJECT_BYTES, MAX_PLAN_BYTES } from '../routes/limits.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';

/** Of a plan's 64 KiB one env may take so much: a quarter. */
export const PLAN_SHARE_BYTES = MAX_PLAN_BYTES / 4;
/**
 * Of an object's 1.25 MiB one env may take so much for routes beyond those of one match: a quarter. How large the copies for one match
 * are is the user's doing, not the env's.
 */
export const ROUTES_SHARE_BYTES = MAX_OBJECT_BYTES / 4;

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

/** One RouteInjection: its entry in the plan, and its copies. */
export interface InjectionContribution extends Contribution {
  injection: PlannedInjection;
  /** It is in already, and does not ask for more: its env's share does not matter. */
  isSettled: boolean;
}

/** What each env has of the plan, and of the routes beyond those of one match. */
export function createShares(): Shares<InjectionContribution> {
  const used = new Map<string, { plan: LazySum; routes: LazySum }>();
  const usedBy = (env: string) => {
    const known = used.get(env);
    if (known !== undefined) return known;
    const fresh = {
      plan: lazySum(({ planBytes }) => planBytes()),
      routes: lazySum(beyondOneMatch),
    };
    used.set(env, fresh);
    return fresh;
  };
  return {
    excess: (contribution) => {
      if (contribution.isSettled) return undefined;
      const own = usedBy(contribution.injection.env);
      const forPlan = own.plan.with(contribution);
      if (forPlan > PLAN_SHARE_BYTES) return excessText('plan', forPlan, PLAN_SHARE_BYTES);
      const forRoutes = own.routes.with(contribution);
      return forRoutes > ROUTES_SHARE_BYTES
        ? excessText('routes of more than one match', forRoutes, ROUTES_SHARE_BYTES)
        : undefined;
    },
    take: (contribution) => {
      const own = usedBy(contribution.injection.env);
      own.plan.add(contribution);
      own.routes.add(contribution);
    },
  };
}

/** A sum that is counted only when it is asked for, each item once: mostly nobody asks. */
interface LazySum {
  add(contribution: InjectionContribution): void;
  with(contribution: InjectionContribution): number;
}

function lazySum(bytes: (contribution: InjectionContribution) => number): LazySum {
  let total = 0;
  let uncounted: InjectionContribution[] = [];
  return {
    add: (contribution) => uncounted.push(contribution),
    with: (contribution) => {
      for (const one of uncounted) total += bytes(one);
      uncounted = [];
      return total + bytes(contribution);
    },
  };
}

function beyondOneMatch({ injection, routeBytes }: InjectionContribution): number {
  const count = injection.matches.length;
  return count < 2 ? 0 : Math.ceil((routeBytes() * (count - 1)) / count);
}

function excessText(what: string, bytes: number, share: number): string {
  return `its ${what} would take ${bytes} bytes here, and one env may take ${share}; use fewer or shorter matches`;
}
