import { type Call, envCalls, virtualServiceCalls } from './calls.ts';
import { createScene, type Size } from './scene.ts';

/**
 * Sizes of clusters. All services are in one namespace, so that the sync request of every env contains all Services and
 * DestinationRules.
 */
export const SIZES = {
  small: { services: 5, envs: 3, crowded: 1 },
  typical: { services: 100, envs: 30, crowded: 6 },
  refs: { services: 5, envs: 60, crowded: 60, hasRefs: true },
  merges: { services: 5, envs: 60, crowded: 60, merges: 20 },
  entries: { services: 5, envs: 20, crowded: 20, routes: 20, hasRefs: true, hasEntries: true },
  large: { services: 1700, envs: 300, crowded: 60 },
} satisfies Record<string, Size>;

export type SizeName = keyof typeof SIZES;

/**
 * A mix of calls: for an env on the service with the most envs, for an env on another service, and for the
 * VirtualServices of both services.
 */
export function callsOf(size: Size): Call[] {
  const scene = createScene(size);
  const last = scene.owned.at(-1);
  return [
    ...envCalls(scene, 0),
    ...envCalls(scene, size.envs - 1),
    ...virtualServiceCalls(scene, 0),
    ...virtualServiceCalls(scene, last?.services[0] ?? 0),
  ];
}
