import { AsyncLocalStorage } from 'node:async_hooks';

/** Route headers, by lower-case name. */
export type RouteHeaders = Readonly<Record<string, string>>;

const NONE: RouteHeaders = Object.freeze({});
const STORE = new AsyncLocalStorage<RouteHeaders>();

/**
 * The route headers of the message or request that is being handled, for outgoing HTTP requests:
 * `fetch(url, { headers: { ...currentHeaders() } })`. Empty outside of a handler.
 */
export function currentHeaders(): RouteHeaders {
  return STORE.getStore() ?? NONE;
}

/** Also empty headers make a context: a handler must not inherit that of whoever started the consumer. */
export function runInContext<T>(headers: RouteHeaders, handler: () => T): T {
  return STORE.run(headers, handler);
}
