import type { ExposedSubset } from '../../../api/routeinjection.ts';
import { nameOf } from '../../../istio/objects.ts';
import type { DestinationRule, Subset } from '../../../istio/types.ts';
import { byText } from '../../../k8s/canonical.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import type { IsOfBase } from './destination-rules.ts';

/** At most this many are named for one host. */
const MAX_EXPOSED = 100;

/** What decides whether other people's subsets select a clone. */
interface Exposure {
  /** Labels of the clone's pods. */
  clone: Readonly<Record<string, string>>;
  podLabels: Readonly<Record<string, string>>;
  isOfBase: IsOfBase;
  versionLabel: string;
  /** Labels of the base's pods; undefined: the base is gone. */
  baseLabels: Readonly<Record<string, string>> | undefined;
  defaultVersion: string;
  /** Name of the Deployment, if it exists already. */
  existing?: string;
}

/**
 * Other people's subsets of a host that also select the clone's pods, sorted by name. A subset without labels selects every pod of the
 * Service. `rules`: those that decide about the host.
 */
export function exposedSubsets(
  rules: readonly DestinationRule[],
  exposure: Exposure,
): ExposedSubset[] {
  const found = new Map<string, ExposedSubset>();
  for (const rule of rules) {
    for (const subset of rule.spec.subsets ?? []) {
      if (found.has(subset.name)) continue;
      if (!matchesSelector({ matchLabels: subset.labels ?? {} }, exposure.clone)) continue;
      found.set(subset.name, {
        subset: subset.name,
        remedy: remedy(subset, nameOf(rule), exposure),
      });
    }
  }
  return [...found.values()].sort((a, b) => byText(a.subset, b.subset)).slice(0, MAX_EXPOSED);
}

/** If the subset is also the base's, it should ask for the base's version. Otherwise `podLabels` make it select the clone. */
function remedy(subset: Subset, rule: string, exposure: Exposure): string {
  const { podLabels, isOfBase, versionLabel, baseLabels, defaultVersion, existing } = exposure;
  const place = `subset ${subset.name} of DestinationRule ${rule}`;
  const set = Object.keys(subset.labels ?? {}).filter((key) => Object.hasOwn(podLabels, key));
  if (existing !== undefined && subset.labels?.[versionLabel] !== undefined) {
    return `give the pods of Deployment ${existing} another value of the label ${versionLabel} than ${place} asks for`;
  }
  if (isOfBase(subset) || set.length === 0) {
    const version = baseLabels === undefined ? defaultVersion : baseLabels[versionLabel];
    // A subset that no pod matches answers 503.
    const first = version === undefined ? ", once the base's pods have it" : '';
    return `add the label ${versionLabel}: ${version ?? defaultVersion} to ${place}${first}`;
  }
  return `take ${set.sort(byText).join(', ')} out of podLabels, or add a label to ${place} that the clone's pods lack`;
}
