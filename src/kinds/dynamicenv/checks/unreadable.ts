import { type Unreadable, unreadableText } from '../../../api/unreadable.ts';
import { fqdn, hostSubsetOf } from '../../../istio/host.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import type { EnvInput } from '../gather.ts';
import { baseKeyOf, hostOf } from '../observed.ts';
import { ruleName } from '../plan/names.ts';
import type { Blocker, Check } from './check.ts';

/** A child, or somebody's object that may concern the env, has a shape that cannot be read. */
export const unreadable: Check = (input) => {
  const hosts = hostsOf(input);
  return blocker([
    ...(input.observed.unreadable ?? []),
    ...input.view.unreadable().filter((one) => mayConcern(one, hosts, input)),
  ]);
};

/** The same for VirtualServices alone. */
export const routesUnreadable: Check = ({ view }) =>
  blocker(view.unreadable().filter(({ kind }) => kind === 'VirtualService'));

function blocker(found: readonly Unreadable[]): Blocker | undefined {
  if (found.length === 0) return undefined;
  return {
    reason: 'Unreadable',
    messages: found.map((one) => `${unreadableText(one)} cannot be read: ${remedy(one)}`),
    until: 'everything can be read',
    waiting: 'waiting until everything can be read',
  };
}

function remedy({ kind }: Unreadable): string {
  return kind === 'RouteInjection' || kind === 'Subscriber'
    ? 'wait until all pods of this service run the same version, or delete it, and it is created again'
    : 'correct or delete it';
}

/**
 * Deployments were asked for by name, and VirtualServices carry the env's label: each of them concerns it. Services and
 * DestinationRules come from whole namespaces, and concern it only if the env already has a child for them: a broken one cannot be
 * a base, and Istio ignores it, too.
 */
function mayConcern(one: Unreadable, hosts: ReadonlySet<string>, input: EnvInput): boolean {
  if (one.kind === 'Service')
    return hosts.has(fqdn(one.name, one.namespace, input.config.clusterDomain));
  if (one.kind !== 'DestinationRule') return true;
  if (input.observed.rules.some((rule) => isMadeOf(rule, one, input))) return true;
  if (one.host === undefined) return false;
  const full = fqdn(one.host, one.namespace, input.config.clusterDomain);
  return [...hosts].some((host) => hostSubsetOf(host, full));
}

/** The Service hosts that the env has rules or injections for. */
function hostsOf({ observed }: EnvInput): ReadonlySet<string> {
  return new Set([
    ...observed.injections.flatMap(({ spec }) => [spec.host, spec.service?.host ?? spec.host]),
    ...observed.rules.flatMap((rule) => hostOf(rule) ?? []),
  ]);
}

/** The name of a cloned rule contains a hash of the base rule's name. */
function isMadeOf(rule: DestinationRule, base: Unreadable, { env }: EnvInput): boolean {
  const [namespace = '', deployment = ''] = (baseKeyOf(rule) ?? '').split('/');
  const host = hostOf(rule) ?? '';
  const parts = { env: env.metadata.name, namespace, deployment, host };
  const [service = ''] = host.split('.');
  return rule.metadata.name === ruleName(parts, service, `${base.namespace}/${base.name}`);
}
