import type { RouteInjection } from '../../api/routeinjection.ts';
import { byText } from '../../k8s/canonical.ts';

/** One VirtualService cannot have labels for more envs: each label takes about 40 bytes of an object of at most 1.5 MiB. */
export const MAX_INJECTIONS = 5000;

/** All, or those of the oldest envs: a younger env never displaces an older one. */
export function oldestInjections(injections: readonly RouteInjection[]): readonly RouteInjection[] {
  if (injections.length <= MAX_INJECTIONS) return injections;
  return injections
    .toSorted(
      ({ spec: a, metadata: one }, { spec: b, metadata: other }) =>
        byText(a.envCreationTimestamp, b.envCreationTimestamp) || byText(one.name, other.name),
    )
    .slice(0, MAX_INJECTIONS);
}
