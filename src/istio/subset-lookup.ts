import { exportedTo, type MergedRule, type MergedSubset, mergeRules } from './destination-rules.ts';
import { mostSpecificHost } from './host.ts';
import { namespaceOf } from './objects.ts';
import type { DestinationRule } from './types.ts';

export type { MergedRule, MergedSubset } from './destination-rules.ts';

/**
 * A service by its full name. `selector`: the labels of its pods. `ports`: its ports; absent: every port. `aliasFor`:
 * the host of which it is an alias (ExternalName). The service's own exportTo annotation is not modelled.
 */
export interface MeshService {
  host: string;
  namespace: string;
  selector?: Readonly<Record<string, string>>;
  ports?: readonly number[];
  aliasFor?: string;
}

export function servesPort({ ports }: MeshService, port: number): boolean {
  return ports === undefined || ports.includes(port);
}

/**
 * The proxy of the caller: its namespace, and its pod's labels, which are compared with each rule's workloadSelector.
 */
export interface Client {
  namespace: string;
  labels?: Readonly<Record<string, string>>;
}

export interface MeshSettings {
  clusterDomain: string;
  /** The mesh's root namespace; `istio-system` when absent. */
  rootNamespace?: string;
}

export const DEFAULT_ROOT_NAMESPACE = 'istio-system';

/**
 * The one (merged) DestinationRule that a client uses for a service; undefined when there is none. The first of these
 * places with a rule for the host applies alone (the exact name before the longest wildcard):
 * 1. the client's own namespace; for a client in the root namespace only its private rules;
 * 2. the service's namespace, if exported to the client;
 * 3. the root namespace, if exported to the client.
 * There, a rule whose workloadSelector selects the client takes precedence over rules without one. Of rules without one
 * the last applies. So two rules that could not be merged hide each other's subsets.
 * Source: destinationRule and setDestinationRules in istio `pilot/pkg/model/push_context.go`,
 * SidecarScope.DestinationRule in `pilot/pkg/model/sidecar.go`. The mesh's default exportTo is assumed to be `*`.
 */
export function ruleFor(
  service: MeshService,
  client: Client,
  rules: readonly DestinationRule[],
  settings: MeshSettings,
): MergedRule | undefined {
  const root = settings.rootNamespace ?? DEFAULT_ROOT_NAMESPACE;
  const within = (namespace: string) =>
    rules.filter((rule) => namespaceOf(rule) === namespace && isForSomeHost(rule));
  const forHost = (candidates: readonly DestinationRule[]) =>
    decidingRules(service.host, mergeRules(candidates, settings.clusterDomain));
  const exported = (namespace: string) =>
    forHost(within(namespace).filter((rule) => !isPrivate(rule))).filter(({ exportTo }) =>
      isVisible(exportTo, client.namespace),
    );
  const local = within(client.namespace).filter(client.namespace === root ? isPrivate : isLocal);
  const decisive = [() => forHost(local), () => exported(service.namespace), () => exported(root)];
  for (const lookup of decisive) {
    const found = lookup();
    if (found.length > 0) return ruleOfClient(found, client);
  }
  return undefined;
}

/** Istio's CRD allows a rule without a spec. Such a rule has no host. */
function isForSomeHost({ spec }: Partial<DestinationRule>): boolean {
  return typeof spec?.host === 'string';
}

/** The subsets a client can address at a service. */
export function subsetsOf(
  service: MeshService,
  client: Client,
  rules: readonly DestinationRule[],
  settings: MeshSettings,
): readonly MergedSubset[] {
  return ruleFor(service, client, rules, settings)?.subsets ?? [];
}

function decidingRules(host: string, rules: readonly MergedRule[]): readonly MergedRule[] {
  const decisive = mostSpecificHost(
    host,
    rules.map((rule) => rule.host),
  );
  return rules.filter((rule) => rule.host === decisive);
}

/** Is the rule visible in its own namespace? */
export function isLocal(rule: DestinationRule): boolean {
  const targets = exportedTo(rule);
  return targets.size === 0 || ['*', '.', namespaceOf(rule)].some((name) => targets.has(name));
}

/** Is the rule visible in its own namespace only? */
export function isPrivate(rule: DestinationRule): boolean {
  const targets = exportedTo(rule);
  return targets.size === 1 && (targets.has('.') || targets.has(namespaceOf(rule)));
}

function isVisible(exportTo: ReadonlySet<string>, namespace: string): boolean {
  return exportTo.size === 0 || exportTo.has('*') || exportTo.has(namespace);
}

function ruleOfClient(rules: readonly MergedRule[], client: Client): MergedRule | undefined {
  const own = rules.find(
    ({ namespace, selector }) =>
      selector && namespace === client.namespace && selects(selector, client.labels ?? {}),
  );
  return own ?? rules.findLast(({ selector }) => !selector);
}

function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}
