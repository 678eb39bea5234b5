import type { DynamicEnv } from '../../../api/dynamicenv.ts';
import { fqdn } from '../../../istio/host.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import type { Service } from '../../../k8s/workload.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { draftBytes, MAX_DRAFT_BYTES } from '../../../virtualservice/injections/affordable.ts';
import { scopeOf } from '../../../virtualservice/routes/scope.ts';
import { withMergedRoutes } from '../../../virtualservice/routes/strip.ts';
import type { EnvInput } from '../gather.ts';
import { MAX_RULE_WORK, ruleWork } from '../plan/rule-work.ts';
import type { EnvWorkload } from '../plan/workloads.ts';
import { type EnvSettings, MAX_SERVICES } from '../settings.ts';
import type { Check } from './check.ts';
import { tooManyPlaces } from './entry-work.ts';

/** Lookups of an env's hosts in the VirtualServices that carry the env's label: each in each. */
const MAX_LOOKUPS = 10_000;
/** Routes, match entries and destinations together, in all VirtualServices that carry the env's label. */
const MAX_PARTS = 60_000;
/** Bytes of the wanted routes that are compared with those in the VirtualServices. */
const MAX_COMPARED_BYTES = 64 * 2 ** 20;

/** Finding out which host a rule is for takes as long as reading this many subsets. */
const LOOKS_PER_RULE = 4;

/**
 * There is more around an env than can be decided on in time. The limits are far above what anybody needs; somebody made, say, a
 * thousand rules for one host.
 */
export const tooMuch: Check = (input) => {
  const messages = reasonsOf(input);
  return messages.length === 0
    ? undefined
    : {
        reason: 'TooLarge',
        messages,
        until: 'the env is within the limits',
        waiting: 'waiting until the env is within the limits',
      };
};

function reasonsOf(input: EnvInput): string[] {
  const { env, view, config, configuration } = input;
  const costs = configuration.costs();
  if (costs.length > 0) return [...costs];
  const unique = tooManyUnique(input);
  if (unique.length > 0) return unique;
  const served = input.workloads().map((entry) => ({ entry, services: servicesOf(entry, view) }));
  const crowded = served.filter(({ services }) => services.length > MAX_SERVICES);
  if (crowded.length > 0) {
    return crowded.map(
      ({ entry, services }) =>
        `${services.length} Services send to the pods of Deployment ${entry.key}, and at most ${MAX_SERVICES} are supported; narrow their selectors`,
    );
  }
  const hosts = served.flatMap(({ entry, services }) =>
    services.map(({ metadata }) => ({
      host: fqdn(metadata.name, entry.workload.namespace, config.clusterDomain),
      kind: entry.kind,
    })),
  );
  const parts = [...tooManyParts(view), ...tooManyPlaces(input)];
  if (parts.length > 0) return parts;
  const routed = hosts.filter(({ kind }) => kind === 'subset').map(({ host }) => host);
  return [...tooManyRules(hosts, view), ...tooManyRoutes(routed, env, view, config)];
}

function tooManyUnique({ configuration, config: { maxUniqueWorkloads } }: EnvInput): string[] {
  const count = configuration.read()?.workloads.length ?? 0;
  if (maxUniqueWorkloads === 0 || count <= maxUniqueWorkloads) return [];
  return [
    `spec.scope: the configuration changes ${count} workloads, and the administrator allows ${maxUniqueWorkloads} clones (--max-unique-workloads); narrow the selectors, or take out variables that many workloads read`,
  ];
}

/** Each part is read several times. */
function tooManyParts(view: MeshView): string[] {
  let parts = 0;
  for (const { spec } of view.virtualServices()) {
    for (const { match, route } of spec?.http ?? []) {
      parts += 1 + (match?.length ?? 0) + (route?.length ?? 0);
    }
  }
  if (parts <= MAX_PARTS) return [];
  return [
    `the VirtualServices of this env have ${parts} routes, match entries and destinations together, and at most ${MAX_PARTS} are supported; split the hosts that they route to among several envs`,
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
        `there are too many DestinationRules for ${host} (${rules.length}) to check which clients see them, and which pods their subsets select; merge those of one namespace into one`,
      ];
    }
  }
  return [];
}

/** Approximate steps to find the subsets of these rules that select a clone's pods. */
function lookWork(rules: readonly DestinationRule[]): number {
  let work = LOOKS_PER_RULE * rules.length;
  for (const { spec } of rules) work += spec.subsets?.length ?? 0;
  return work;
}

function tooManyRoutes(
  hosts: readonly string[],
  { spec: { istioMatches: matches = [], ref } }: DynamicEnv,
  view: MeshView,
  config: EnvSettings,
): string[] {
  const all = view.virtualServices();
  // Usually there are so few that nothing has to be measured.
  if (hosts.length * all.length * MAX_DRAFT_BYTES <= MAX_COMPARED_BYTES) return [];
  let bytes = 0;
  const isTooMuch =
    hosts.length * all.length > MAX_LOOKUPS ||
    all.some((one) => {
      const scope = scopeOf(one, config);
      for (const host of hosts) {
        bytes += draftBytes(withMergedRoutes(one), { host, matches, ...(ref && { ref }) }, scope);
      }
      return bytes > MAX_COMPARED_BYTES;
    });
  if (!isTooMuch) return [];
  return [
    `there are too many routes in the ${all.length} VirtualServices of this env to compare them with the wanted routes; give it fewer subsets or matches, or split the VirtualServices`,
  ];
}

/** The Services that can send to a workload's base or clone. */
function servicesOf({ workload }: EnvWorkload, view: MeshView): Service[] {
  const base = view.deployment(workload.namespace, workload.name)?.spec?.template?.metadata?.labels;
  const labels = [base ?? {}, workload.podLabels ?? {}];
  return view
    .servicesAskingFor(workload.namespace, ...labels)
    .filter(({ spec }) => isOfSome(spec?.selector ?? {}, labels));
}

function isOfSome(
  selector: Readonly<Record<string, string>>,
  labels: readonly Readonly<Record<string, string>>[],
): boolean {
  for (const key in selector) {
    if (!labels.some((map) => Object.hasOwn(map, key) && map[key] === selector[key])) return false;
  }
  return true;
}
