import type { DynamicEnv } from '../../../api/dynamicenv.ts';
import { type Unreadable, unreadableText } from '../../../api/unreadable.ts';
import { missingGroups } from '../../../hooks/related-groups.ts';
import type { ObjectMap } from '../../../hooks/types.ts';
import { fqdn, hostSubsetOf } from '../../../istio/host.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { baseKeyOf, hostOf, type Observed } from '../observed.ts';
import { ruleName } from '../plan/names.ts';
import type { DecisionConfig } from '../settings.ts';
import { groupsNotSent } from './sent-groups.ts';

/** Why nothing can be decided now, so that all children stay as they are. */
export interface Undecided {
  /** CamelCase, in the status' conditions. */
  reason: 'NotSent' | 'Unreadable';
  messages: string[];
}

interface Seen {
  env: DynamicEnv;
  children: ObjectMap;
  related: ObjectMap;
  view: MeshView;
  observed: Observed;
  config: DecisionConfig;
}

/** Undefined: what an env's sync looks at was sent, and can be read. */
export function undecided(seen: Seen): Undecided | undefined {
  const { env, children, related, view, observed, config } = seen;
  const missing = [...notSent(groupsNotSent(env, config, related)), ...missingChildren(children)];
  if (missing.length > 0) return { reason: 'NotSent', messages: missing };
  const hosts = hostsOf(seen);
  const found = [
    ...(observed.unread ?? []),
    ...view.unread().filter((one) => mayConcern(one, hosts, seen)),
  ];
  return found.length > 0 ? unreadable(found) : undefined;
}

/** The same where all that is left to do is to go: the routes are what must be seen, and the VirtualServices have them. */
export function undecidedRemoval({
  related,
  view,
}: Pick<Seen, 'related' | 'view'>): Undecided | undefined {
  const missing = notSent(missingGroups([ROUTES], related));
  if (missing.length > 0) return { reason: 'NotSent', messages: missing };
  const found = view.unread().filter(({ kind }) => kind === 'VirtualService');
  return found.length > 0 ? unreadable(found) : undefined;
}

const ROUTES = { apiVersion: 'networking.istio.io/v1', resource: 'virtualservices' };

function notSent(groups: readonly string[]): string[] {
  if (groups.length === 0) return [];
  return [
    `related objects ${groups.join(', ')} were not sent, though they are asked for; if this service was just upgraded or its settings changed, Metacontroller still asks for what it was told before, for up to 20 minutes or until it is restarted`,
  ];
}

const CHILDREN = [
  'Deployment.apps/v1',
  'DestinationRule.networking.istio.io/v1',
  'RouteInjection.riskified.com/v1alpha1',
];

/** Metacontroller sends a group for each kind of child. Without any, nothing can be lost by what is answered. */
function missingChildren(children: ObjectMap): string[] {
  if (Object.keys(children).length === 0) return [];
  return CHILDREN.filter((key) => !Object.hasOwn(children, key)).map(
    (key) =>
      `children ${key} were not sent: has the CompositeController dynamicenv all its childResources?`,
  );
}

function unreadable(found: readonly Unreadable[]): Undecided {
  return {
    reason: 'Unreadable',
    messages: found.map((one) => `${unreadableText(one)} cannot be read: ${remedy(one)}`),
  };
}

function remedy({ kind }: Unreadable): string {
  return kind === 'RouteInjection'
    ? 'wait until all pods of the service have the same version, or delete it, and it is made anew'
    : 'correct or delete it';
}

/**
 * Deployments were asked for by name and VirtualServices carry the env's mark. Of the Services and DestinationRules of whole
 * namespaces those matter that the env has something for already; a broken one beside them is nobody's base, and Istio makes
 * nothing of it either.
 */
function mayConcern(one: Unreadable, hosts: ReadonlySet<string>, seen: Seen): boolean {
  if (one.kind === 'Service')
    return hosts.has(fqdn(one.name, one.namespace, seen.config.clusterDomain));
  if (one.kind !== 'DestinationRule') return true;
  if (seen.observed.rules.some((rule) => isMadeOf(rule, one, seen))) return true;
  if (one.host === undefined) return false;
  const full = fqdn(one.host, one.namespace, seen.config.clusterDomain);
  return [...hosts].some((host) => hostSubsetOf(host, full));
}

/** The Service hosts that the env has rules or injections for. */
function hostsOf({ observed }: Seen): ReadonlySet<string> {
  return new Set([
    ...observed.injections.map(({ spec }) => spec.host),
    ...observed.rules.flatMap((rule) => hostOf(rule) ?? []),
  ]);
}

/** A clone's name has a hash of its base rule's. */
function isMadeOf(rule: DestinationRule, base: Unreadable, { env }: Seen): boolean {
  const [namespace = '', deployment = ''] = (baseKeyOf(rule) ?? '').split('/');
  const host = hostOf(rule) ?? '';
  const parts = { env: env.metadata.name, namespace, deployment, host };
  const [service = ''] = host.split('.');
  return rule.metadata.name === ruleName(parts, service, `${base.namespace}/${base.name}`);
}
