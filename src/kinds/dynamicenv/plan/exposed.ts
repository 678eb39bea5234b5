import type { ExposedSubset } from '../../../api/routeinjection.ts';
import { nameOf } from '../../../istio/objects.ts';
import type { DestinationRule, Subset } from '../../../istio/types.ts';
import { byText } from '../../../k8s/canonical.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import type { IsOfBase } from './destination-rules.ts';

/** So many are told of one host, by name. */
const MAX_EXPOSED = 100;

/** What decides about a clone's being seen by other people's subsets. */
interface Exposure {
  /** Labels of the clone's pods. */
  clone: Readonly<Record<string, string>>;
  podLabels: Readonly<Record<string, string>>;
  isOfBase: IsOfBase;
  versionLabel: string;
  /** Of the base's pods; undefined: it is gone. */
  baseLabels: Readonly<Record<string, string>> | undefined;
  defaultVersion: string;
}

/**
 * Other people's subsets of a host that select the clone's pods, too; sorted by name. One without labels selects every pod of the
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

/** A subset that is the base's, too, is to ask for its version; another one selects the clone by what `podLabels` set. */
function remedy(subset: Subset, rule: string, exposure: Exposure): string {
  const { podLabels, isOfBase, versionLabel, baseLabels, defaultVersion } = exposure;
  const place = `subset ${subset.name} of DestinationRule ${rule}`;
  const set = Object.keys(subset.labels ?? {}).filter((key) => Object.hasOwn(podLabels, key));
  if (isOfBase(subset) || set.length === 0) {
    const version = baseLabels === undefined ? defaultVersion : baseLabels[versionLabel];
    // A subset that asks for what no pod has answers 503.
    const first = version === undefined ? ", once the base's pods have it" : '';
    return `add the label ${versionLabel}: ${version ?? defaultVersion} to ${place}${first}`;
  }
  return `take ${set.sort(byText).join(', ')} out of podLabels, or add a label to ${place} that the clone's pods lack`;
}
