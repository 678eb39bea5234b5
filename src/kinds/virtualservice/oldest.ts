import type { RouteInjection } from '../../api/routeinjection.ts';
import { byText } from '../../k8s/canonical.ts';

/** More envs than one VirtualService could have labels for: each takes some 40 bytes of an object that may have 1.5 MiB. */
export const MAX_INJECTIONS = 5000;

/** All, or those of the oldest envs: a younger one takes nobody's place. */
export function oldestInjections(injections: readonly RouteInjection[]): readonly RouteInjection[] {
  if (injections.length <= MAX_INJECTIONS) return injections;
  return injections
    .toSorted(
      ({ spec: a, metadata: one }, { spec: b, metadata: other }) =>
        byText(a.envCreationTimestamp, b.envCreationTimestamp) || byText(one.name, other.name),
    )
    .slice(0, MAX_INJECTIONS);
}
