import type { DynamicEnv } from '../../../api/dynamicenv.ts';
import { DYNAMIC_ENV_LABEL } from '../../../api/marks.ts';
import { fqdn } from '../../../istio/host.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import type { Service } from '../../../k8s/workload.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { draftBytes, MAX_DRAFT_BYTES } from '../../../virtualservice/injections/affordable.ts';
import { scopeOf } from '../../../virtualservice/routes/scope.ts';
import { withoutOurs } from '../../../virtualservice/routes/strip.ts';
import type { DecisionConfig } from '../settings.ts';
import { type EnvWorkload, envWorkloads } from './workloads.ts';

/** Services that send to the pods of one Deployment. */
const MAX_SERVICES = 64;
/** To tell whether a new rule hides others takes as long as the square of their number in its namespace, for each new one. */
const MAX_RULE_WORK = 2_000_000;
/** Each of an env's hosts is looked up in each VirtualService that carries the env's label. */
const MAX_LOOKUPS = 10_000;
/** Routes, match entries and destinations of all VirtualServices that carry the env's label. */
const MAX_PARTS = 60_000;
/** What the routes that are compared with what the VirtualServices carry come to. */
const MAX_COMPARED_BYTES = 64 * 2 ** 20;

/** To find out whom a rule is for takes as long as to look at so many subsets. */
const LOOKS_PER_RULE = 4;
/** Exported names make the comparison of two rules longer. */
const NAMES_PER_RULE = 8;

/**
 * Why there is more around an env than can be decided on in time, and what to do; none: there is not. Far more than anybody
 * has: somebody made a thousand rules of one host. It is counted before anything is decided, and then nothing is.
 */
export function tooMuch(env: DynamicEnv, view: MeshView, config: DecisionConfig): string[] {
  const served = envWorkloads(env).map((entry) => ({ entry, services: servicesOf(entry, view) }));
  const crowded = served.filter(({ services }) => services.length > MAX_SERVICES);
  if (crowded.length > 0) {
    return crowded.map(
      ({ entry, services }) =>
        `${services.length} Services send to the pods of Deployment ${entry.key}, and at most ${MAX_SERVICES} are dealt with; narrow their selectors`,
    );
  }
  const hosts = served.flatMap(({ entry, services }) =>
    services.map(({ metadata }) => ({
      host: fqdn(metadata.name, entry.workload.namespace, config.clusterDomain),
      kind: entry.kind,
    })),
  );
  const parts = tooManyParts(view);
  if (parts.length > 0) return parts;
  const routed = hosts.filter(({ kind }) => kind === 'subset').map(({ host }) => host);
  return [...tooManyRules(hosts, view), ...tooManyRoutes(routed, env, view, config)];
}

/** Each of them is looked at several times. */
function tooManyParts(view: MeshView): string[] {
  let parts = 0;
  for (const { spec } of view.virtualServices()) {
    for (const { match, route } of spec?.http ?? []) {
      parts += 1 + (match?.length ?? 0) + (route?.length ?? 0);
    }
  }
  if (parts <= MAX_PARTS) return [];
  return [
    `the VirtualServices of this env have ${parts} routes, match entries and destinations together, and at most ${MAX_PARTS} are dealt with; split the hosts that they route to among several envs`,
  ];
}

function tooManyRules(
  hosts: readonly { host: string; kind: EnvWorkload['kind'] }[],
  view: MeshView,
): string[] {
  let work = 0;
  for (const { host, kind } of hosts) {
    const rules = view.rulesAbout(host);
    work += lookWork(rules) + (kind === 'subset' ? rules.length * ruleWork(rules) : 0);
    if (work > MAX_RULE_WORK) {
      return [
        `there are too many DestinationRules for ${host} (${rules.length}) to tell which clients would see which, and which pods their subsets select; put those of one namespace together`,
      ];
    }
  }
  return [];
}

/** About how many steps it takes to tell which subsets of these select a clone's pods. A rule is as much as some subsets. */
function lookWork(rules: readonly DestinationRule[]): number {
  let work = LOOKS_PER_RULE * rules.length;
  for (const { spec } of rules) work += spec.subsets?.length ?? 0;
  return work;
}

/** About how many steps it takes to tell whether one more rule hides some of these. */
export function ruleWork(rules: readonly DestinationRule[]): number {
  const sizes = new Map<string, { rules: number; names: number }>();
  for (const { metadata, spec } of rules) {
    if (metadata.labels?.[DYNAMIC_ENV_LABEL] !== undefined) continue;
    const key = metadata.namespace ?? '';
    const size = sizes.get(key) ?? { rules: 0, names: 0 };
    size.rules += 1;
    size.names +=
      1 + ((spec?.exportTo?.length ?? 0) + (spec?.subsets?.length ?? 0)) / NAMES_PER_RULE;
    sizes.set(key, size);
  }
  let most = 0;
  for (const { rules: count, names } of sizes.values()) most = Math.max(most, count * names);
  return rules.length + most;
}

/** Can it be told whether so many rules hide others? Where it cannot, they are left as they are. */
export function canJudge(work: number): boolean {
  return work <= MAX_RULE_WORK;
}

function tooManyRoutes(
  hosts: readonly string[],
  { spec: { istioMatches } }: DynamicEnv,
  view: MeshView,
  config: DecisionConfig,
): string[] {
  const all = view.virtualServices();
  // Mostly so few that nothing has to be measured.
  if (hosts.length * all.length * MAX_DRAFT_BYTES <= MAX_COMPARED_BYTES) return [];
  let bytes = 0;
  const isTooMuch =
    hosts.length * all.length > MAX_LOOKUPS ||
    all.some((one) => {
      const scope = scopeOf(one, config);
      for (const host of hosts) bytes += draftBytes(withoutOurs(one), host, istioMatches, scope);
      return bytes > MAX_COMPARED_BYTES;
    });
  if (!isTooMuch) return [];
  return [
    `there are too many routes in the ${all.length} VirtualServices of this env to compare them with what it wants; give it fewer subsets or matches, or split the VirtualServices`,
  ];
}

/** The Services that can send to a workload's base or clone. */
function servicesOf({ workload }: EnvWorkload, view: MeshView): Service[] {
  const base = view.deployment(workload.namespace, workload.name)?.spec?.template?.metadata?.labels;
  const labels = [base ?? {}, workload.podLabels ?? {}];
  return view
    .servicesAskingFor(workload.namespace, ...labels)
    .filter(({ spec }) =>
      Object.entries(spec?.selector ?? {}).every(([key, value]) =>
        labels.some((map) => Object.hasOwn(map, key) && map[key] === value),
      ),
    );
}
