import type { DynamicEnv, ScopeEntry } from '../../../api/dynamicenv.ts';
import { DYNAMIC_ENV_LABEL } from '../../../api/marks.ts';
import { byText } from '../../../k8s/canonical.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import type { Deployment, StatefulSet } from '../../../k8s/workload.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { otherEnvsClone } from '../plan/base-trouble.ts';
import { envWorkloads } from '../plan/workloads.ts';
import type { EnvSettings } from '../settings.ts';

/** A workload that an env's configuration concerns. */
export interface Candidate {
  kind: 'Deployment' | 'StatefulSet';
  object: Deployment | StatefulSet;
  /** `<namespace>/<name>` */
  key: string;
  /** The env's author allows a clone although no Service selects it. */
  isConsumerAllowed: boolean;
}

export interface Scope {
  /** Sorted by namespace, name and kind. */
  candidates: readonly Candidate[];
  /** What is wrong with the entries that have no base in them, at the field, and what to do. */
  empty: readonly string[];
}

/**
 * The workloads that the scope selects and that run the default version, or that do not say which version they run. Others are
 * versions of somebody: they are no bases. Deployments that the spec names itself are left out, and so are clones.
 */
export function scopeOf(
  env: Pick<DynamicEnv, 'spec'>,
  view: Pick<MeshView, 'deployments' | 'statefulSets'>,
  config: Pick<EnvSettings, 'versionLabel' | 'defaultVersion'>,
): Scope {
  const named = new Set(
    envWorkloads(env).flatMap(({ key, workload: { namespace, existing } }) => [
      key,
      ...(existing?.deployment === undefined ? [] : [`${namespace}/${existing.deployment}`]),
    ]),
  );
  const isNamed = ({ kind, key }: Candidate) => kind === 'Deployment' && named.has(key);
  const found = new Map<string, Candidate>();
  const empty: string[] = [];
  (env.spec.scope ?? []).forEach((entry, index) => {
    const selected = selectedBy(entry, view);
    if (!selected.some((one) => isNamed(one) || isBase(one, config))) {
      empty.push(`spec.scope[${index}] ${whyEmpty(selected, config)}`);
    }
    for (const one of selected) {
      if (isNamed(one) || !isBase(one, config)) continue;
      const id = `${one.key} ${one.kind}`;
      const isAllowed = one.isConsumerAllowed || found.get(id)?.isConsumerAllowed === true;
      found.set(id, { ...one, isConsumerAllowed: isAllowed });
    }
  });
  const sorted = [...found].sort(([a], [b]) => byText(a, b)).map(([, one]) => one);
  return { candidates: sorted, empty };
}

function selectedBy(
  { namespace, selector = {}, consumers = false }: ScopeEntry,
  view: Pick<MeshView, 'deployments' | 'statefulSets'>,
): Candidate[] {
  const candidate =
    (kind: Candidate['kind']) =>
    (object: Deployment | StatefulSet): Candidate => ({
      kind,
      object,
      key: `${namespace}/${object.metadata.name}`,
      isConsumerAllowed: consumers,
    });
  return [
    ...view
      .deployments(namespace)
      .filter((one) => otherEnvsClone(one) === undefined)
      .map(candidate('Deployment')),
    ...view.statefulSets(namespace).map(candidate('StatefulSet')),
  ].filter(
    ({ object: { metadata } }) =>
      !Object.hasOwn(metadata.labels ?? {}, DYNAMIC_ENV_LABEL) &&
      matchesSelector(selector, metadata.labels),
  );
}

type VersionSettings = Pick<EnvSettings, 'versionLabel' | 'defaultVersion'>;

function isBase(candidate: Candidate, config: VersionSettings): boolean {
  const version = versionOf(candidate, config);
  return version === '' || version === config.defaultVersion;
}

function versionOf({ object }: Candidate, { versionLabel }: VersionSettings): string {
  return object.spec.template.metadata?.labels?.[versionLabel] ?? '';
}

/** At most this many versions are named. */
const MAX_NAMED = 3;

function whyEmpty(selected: readonly Candidate[], config: VersionSettings): string {
  if (selected.length === 0) {
    return 'selects no Deployment and no StatefulSet; correct the namespace or the selector';
  }
  const { versionLabel, defaultVersion } = config;
  const versions = [...new Set(selected.map((one) => versionOf(one, config)))].sort(byText);
  const more = versions.length > MAX_NAMED ? ' …' : '';
  const found = `${versions.slice(0, MAX_NAMED).join(', ')}${more}`;
  return `selects workloads whose pods have ${versionLabel}: ${found}, and only those with ${versionLabel}: ${defaultVersion} count; list them under spec.subsets with their defaultVersion, or correct the label in their templates`;
}
