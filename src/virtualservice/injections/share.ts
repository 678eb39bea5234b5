import type { IstioMatch } from '../../api/dynamicenv.ts';
import { jsonBytes } from '../../k8s/canonical.ts';
import type { Contribution, Shares } from '../routes/contribution.ts';
import { MAX_OBJECT_BYTES, MAX_PLAN_BYTES } from '../routes/limits.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';

/** Most bytes of a plan that one env may have: a quarter of its 64 KiB. */
export const PLAN_SHARE_BYTES = MAX_PLAN_BYTES / 4;
/**
 * Most bytes of routes beyond those of one match that one env may have: a quarter of an object's 1.25 MiB. The size of the copies for
 * one match depends on the user's routes, not on the env.
 */
export const ROUTES_SHARE_BYTES = MAX_OBJECT_BYTES / 4;

/**
 * True only if it is certain that every env is within its share. It uses upper bounds, which is fast and mostly enough: a character
 * takes at most six bytes of JSON, and the constants below bound what is beside the texts.
 */
export function areSurelyModest(injections: readonly PlannedInjection[]): boolean {
  const used = new Map<string, number>();
  for (const injection of injections) {
    const { env, matches, ref, entry } = injection;
    if (entry !== undefined || matches.length + (ref === undefined ? 0 : 1) > 1) return false;
    const bytes = (used.get(env) ?? 0) + mostBytes(injection);
    if (bytes > PLAN_SHARE_BYTES) return false;
    used.set(env, bytes);
  }
  return true;
}

const BESIDE_TEXTS = 256;
const BESIDE_CONDITION = 64;

function mostBytes(injection: PlannedInjection): number {
  const { clone, created, deployment, env, from, host, to, matches, service, ref = '' } = injection;
  const { namespace, name } = deployment;
  const texts = [clone, created, namespace, name, env, host, to, ref, ...from];
  let bytes = BESIDE_TEXTS + (service === undefined ? 0 : jsonBytes(service) + BESIDE_TEXTS);
  for (const text of texts) bytes += MOST_ESCAPED * text.length + 3;
  for (const match of matches) bytes += mostBytesOf(match);
  return bytes;
}

function mostBytesOf({ headers, queryParams, sourceLabels, cookie, baggage }: IstioMatch): number {
  let bytes = 0;
  const add = (...texts: readonly string[]) => {
    bytes += BESIDE_CONDITION;
    for (const text of texts) bytes += MOST_ESCAPED * text.length;
  };
  for (const map of [headers, queryParams]) {
    for (const key in map) {
      const { exact = '', prefix = '', regex = '' } = map[key] ?? {};
      add(key, exact, prefix, regex);
    }
  }
  for (const key in sourceLabels) add(key, sourceLabels[key] ?? '');
  if (cookie) add(cookie.name, cookie.exact);
  if (baggage) add(baggage.key, baggage.exact);
  return bytes;
}

/** A character may become six bytes in JSON (`\u0000`). */
const MOST_ESCAPED = 6;

/** One RouteInjection as a contribution. */
export interface InjectionContribution extends Contribution {
  injection: PlannedInjection;
  /** It is in the plan already and does not ask for more room, so its env's share does not matter. */
  isSettled: boolean;
}

/** Counts what each env gets of the plan, and of routes beyond those of one match. */
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

/** A sum that is computed only when it is needed, which is seldom. Each item is measured once. */
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

/** A ref counts as one match, whatever its carriers: the administrator decides about them. So does an entry's link. */
function beyondOneMatch({ injection, routeBytes }: InjectionContribution): number {
  const isAsked = injection.entry === undefined ? injection.ref : injection.entry;
  const count = injection.matches.length + (isAsked === undefined ? 0 : 1);
  return count < 2 ? 0 : Math.ceil((routeBytes() * (count - 1)) / count);
}

function excessText(what: string, bytes: number, share: number): string {
  return `its ${what} would take ${bytes} bytes here, and one env may take ${share}; use fewer or shorter matches`;
}
