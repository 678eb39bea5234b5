import type { ResourceStatus } from '../../../api/dynamicenv.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import { childKey, isBeingDeleted, sameObject } from '../observed.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import type { StatusContext } from './context.ts';

export function ruleStatuses(
  host: HostPlan,
  seconds: number | undefined,
  context: StatusContext,
): ResourceStatus[] {
  if (host.isRuleless) return [];
  if (host.rules.length === 0) {
    return [
      {
        name: host.service,
        namespace: host.namespace,
        status: 'ignored-missing-destination-rule',
        message: missingRule(host),
      },
    ];
  }
  return host.rules.map((rule) => {
    const { name, namespace = '' } = rule.metadata;
    const own = context.observed.rules.find((candidate) => sameObject(candidate, rule));
    if (own === undefined) return comingRule(rule, seconds);
    const isRemoved = isBeingDeleted(own) || context.departing.has(childKey(own));
    return { name, namespace, status: isRemoved ? 'removing' : 'running' };
  });
}

/** If an object of that name exists already, Metacontroller reports nothing: it skips the rule, or assumes that it has created it. */
function comingRule(
  { metadata: { name, namespace = '' } }: DestinationRule,
  seconds: number | undefined,
): ResourceStatus {
  if (seconds !== 0) {
    return { name, namespace, status: 'initializing' };
  }
  const message = `DestinationRule ${namespace}/${name} of this env does not exist; if another one of that name exists, for example from an earlier env, delete it`;
  return { name, namespace, status: 'missing', message };
}

export function missingRule({ host, harmful, missing }: HostPlan): string {
  if (harmful.length > 0)
    return `the DestinationRule of ${host} cannot be cloned; see subsetErrors`;
  return missing ?? `no DestinationRule of ${host} has a subset with the base's version label`;
}
