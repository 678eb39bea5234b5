import type { Sent } from './request.ts';
import type { Epoch } from './timeline.ts';

/**
 * Time for proxies to learn what the status says. A pod that ends serves meanwhile, and routes that the new spec does not want leave after
 * Ready.
 */
const PROXIES_MS = 3000;

/** Is it an answer long after the answering env's last change to Ready? */
export function isLongReady(sent: Sent, epochs: readonly Epoch[]): boolean {
  return sinceReady(sent, epochs) > PROXIES_MS;
}

/** Milliseconds from the answering env's last change to Ready until the request was sent. */
export function sinceReady({ version, start }: Sent, epochs: readonly Epoch[]): number {
  const changes = epochs
    .filter(({ env }) => env === version)
    .flatMap(({ ready }) => ready.map(({ from }) => from))
    .filter((from) => from <= start);
  return start - Math.max(...changes);
}
