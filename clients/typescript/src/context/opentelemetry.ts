import type { RouteNames } from '../decision/names.ts';
import { routeEntries } from './route-headers.ts';
import type { RouteHeaders } from './store.ts';

/** Runs a function with the route headers as baggage in OpenTelemetry's active context. */
export type WithBaggage = <T>(headers: RouteHeaders, handler: () => T) => T;

/** The part of `@opentelemetry/api` that is used; its own types would make it a dependency. */
interface Api {
  context: { active(): unknown; with<T>(context: unknown, fn: () => T): T };
  propagation: {
    getBaggage(context: unknown): Baggage | undefined;
    createBaggage(): Baggage;
    setBaggage(context: unknown, baggage: Baggage): unknown;
  };
}

interface Baggage {
  setEntry(key: string, entry: { value: string }): Baggage;
  removeEntries(...keys: string[]): Baggage;
}

/**
 * Loads OpenTelemetry's API if the application has it. Without it, or if something in it fails, handlers run without baggage. The route of whatever is
 * active is replaced: an instrumentation may have restored another message's.
 */
export async function loadOpenTelemetry(names: RouteNames): Promise<WithBaggage> {
  const api = await loadApi();
  if (api === undefined) return (_, handler) => handler();
  return (headers, handler) => {
    const context = contextWith(api, headers, names);
    return context === undefined ? handler() : api.context.with(context, handler);
  };
}

function contextWith(api: Api, headers: RouteHeaders, names: RouteNames): unknown {
  try {
    const active = api.context.active();
    const before = api.propagation.getBaggage(active) ?? api.propagation.createBaggage();
    const cleared = before.removeEntries(names.service, names.source);
    const baggage = [...routeEntries(headers, names)].reduce(
      (all, [name, value]) => all.setEntry(name, { value }),
      cleared,
    );
    return api.propagation.setBaggage(active, baggage);
  } catch {
    return undefined;
  }
}

/** The name is no literal, so that type checkers and bundlers do not look for a package that may be absent. */
async function loadApi(): Promise<Api | undefined> {
  const name = '@opentelemetry/api';
  try {
    return (await import(name)) as Api;
  } catch {
    return undefined;
  }
}
