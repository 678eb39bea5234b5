import { partialNamesOf } from '../../../istio/partial-host-name.ts';
import type { DestinationRule, Subset } from '../../../istio/types.ts';
import { byText } from '../../../k8s/canonical.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { rulesFor } from './destination-rules.ts';

interface Base {
  /** Labels of its pods; undefined: the base is gone. */
  labels: Record<string, string> | undefined;
  versionLabel: string;
  defaultVersion: string;
  clusterDomain: string;
  /** Namespaces whose rules are read: the Service's, and those of `--rule-namespaces` (`*`: all). */
  namespaces: readonly string[];
}

/**
 * A name to propose for a base's subset: a DNS label, as Istio's `ValidateSubset` requires (the version, a label's value, need not be
 * one), and no name that the rules of the host already have, because Istio keeps only the first subset of a name.
 */
export function baseSubsetName(version: string, rules: readonly DestinationRule[]): string {
  const taken = new Set(rules.flatMap(({ spec }) => (spec.subsets ?? []).map(({ name }) => name)));
  const plain = version.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  for (let count = 0; ; count += 1) {
    const ending = ['', '-base'][count] ?? `-base-${count}`;
    const name = `${plain.slice(0, 63 - ending.length)}${ending}`;
    if (!taken.has(name)) return name;
  }
}

/** Why no DestinationRule of a host (fully qualified) leads to the base, and what to do. */
export function noRule(host: string, view: Pick<MeshView, 'rulesAbout'>, base: Base): string {
  const { labels, versionLabel, defaultVersion, clusterDomain, namespaces } = base;
  const version = labels?.[versionLabel] ?? defaultVersion;
  const rules = rulesFor(view.rulesAbout(host), host, clusterDomain);
  const named = rules.flatMap((rule) =>
    (rule.spec.subsets ?? [])
      .filter((subset) => subset.labels?.[versionLabel] === version)
      .map((subset) => ({ rule, subset })),
  );
  const wrong = `no DestinationRule of ${host} has a subset with the base's version label`;
  const wanted = `{name: ${baseSubsetName(version, rules)}, labels: {${versionLabel}: ${version}}}`;
  const [found] = named;
  if (found !== undefined) {
    const asked = notCarried(found.subset, labels ?? {});
    if (asked.length > 0) {
      return `${wrong}: subset ${found.subset.name} of ${nameOf(found.rule)} asks for ${asked.join(', ')} as well, which the base's pods do not carry; add a subset ${wanted}`;
    }
    // The message about the base's version says the rest (`wrongVersion`).
    if (version !== defaultVersion)
      return `${wrong}, as the env describes it (${versionLabel}: ${defaultVersion})`;
  }
  const [half] = partialNamesOf(host, clusterDomain).flatMap((name) =>
    view.rulesAbout(name).filter(({ spec }) => spec.host === name),
  );
  if (half !== undefined) {
    return `${wrong}: ${nameOf(half)} is for "${half.spec.host}", which Istio takes for another host; write ${host} there`;
  }
  const [first] = rules;
  return first === undefined
    ? `${wrong} (${noneIn(namespaces)}): create one with the subset ${wanted}`
    : `${wrong}: add the subset ${wanted} to ${nameOf(first)}`;
}

function noneIn(namespaces: readonly string[]): string {
  if (namespaces.includes('*')) return 'there is none';
  const [only, ...others] = [...new Set(namespaces)];
  return others.length === 0
    ? `there is none in namespace ${only}, and --rule-namespaces names no other`
    : `there is none in namespaces ${[only, ...others].join(', ')}`;
}

function notCarried({ labels = {} }: Subset, pods: Record<string, string>): string[] {
  return Object.entries(labels)
    .filter(([key, value]) => !Object.hasOwn(pods, key) || pods[key] !== value)
    .map(([key, value]) => `${key}=${value}`)
    .sort(byText);
}

function nameOf({ metadata }: DestinationRule): string {
  return `DestinationRule ${metadata.namespace}/${metadata.name}`;
}
