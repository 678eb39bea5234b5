import { toConsumersStatus } from '../../../api/consumer-status.ts';
import type { DynamicEnvStatus, ResourceStatus, WorkloadStatus } from '../../../api/dynamicenv.ts';
import { byText } from '../../../k8s/canonical.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import type { EnvContext } from '../context.ts';
import { eventsStatus } from '../events/status.ts';
import { subscriberFor } from '../events/subscriber.ts';
import { baseKeyOf, injectionBaseKey } from '../observed.ts';
import { cloneName } from '../plan/names.ts';
import { carriers, ownerOf } from '../plan/routes-seen.ts';

/** What is left of each workload of an env that is being deleted, by `<namespace>/<deployment>` of its base. */
export function departingWorkloads(
  context: EnvContext,
): Pick<DynamicEnvStatus, 'subsetsStatus' | 'consumersStatus'> {
  const { deployments, injections, subscribers = [] } = context.observed;
  const keys = [
    ...deployments.map(baseKeyOf),
    ...injections.map(injectionBaseKey),
    ...subscribers.map(({ spec }) => spec.workload),
  ];
  const known = [...new Set(keys.filter((key) => key !== undefined))].sort(byText);
  const consumers = known.filter((key) => isConsumer(key, context.env));
  const subsets = known.filter((key) => !consumers.includes(key));
  const statuses = (chosen: readonly string[], status: (key: string) => WorkloadStatus) =>
    Object.fromEntries(chosen.map((key) => [key, status(key)]));
  return {
    ...(subsets.length === 0
      ? {}
      : { subsetsStatus: statuses(subsets, (key) => departingSubset(key, context)) }),
    ...toConsumersStatus(
      statuses(consumers, (key) => ({
        deployment: departingDeployment(key, context),
        ...departingEvents(key, context),
      })),
    ),
  };
}

/** At deletion nobody has checked the spec: it may be invalid. It does not name the consumers that a configuration made. */
function isConsumer(key: string, { spec, status }: EnvContext['env']): boolean {
  if (Object.hasOwn(status?.consumersStatus ?? {}, key)) return true;
  const consumers: unknown[] = Array.isArray(spec?.consumers) ? spec.consumers : [];
  return consumers.some((one) => {
    const { namespace, name } = (one ?? {}) as { namespace?: unknown; name?: unknown };
    return key === `${namespace}/${name}`;
  });
}

function departingSubset(key: string, context: EnvContext): WorkloadStatus {
  const { rules, injections } = context.observed;
  const routed = injections
    .filter((injection) => injectionBaseKey(injection) === key)
    .flatMap((injection) =>
      carriers(context.view.virtualServices(), ownerOf(injection), context.config),
    );
  return {
    deployment: departingDeployment(key, context),
    destinationRules: rules.filter((rule) => baseKeyOf(rule) === key).map(removing),
    virtualServices: [...new Set(routed)].map(removing),
    ...departingEvents(key, context),
  };
}

function departingEvents(
  key: string,
  { env, observed }: EnvContext,
): Pick<WorkloadStatus, 'events'> {
  const own = subscriberFor(env.metadata.name, key, observed);
  return own === undefined ? {} : { events: eventsStatus(own) };
}

/** The clone; if it is gone, its name from the injection. */
function departingDeployment(key: string, { env, observed }: EnvContext): ResourceStatus {
  const clone = observed.deployments.find((candidate) => baseKeyOf(candidate) === key);
  if (clone !== undefined) return removing(clone);
  const [namespace = '', base = ''] = key.split('/');
  const injection = observed.injections.find((one) => injectionBaseKey(one) === key);
  const name = injection?.spec.clone ?? cloneName(base, env.metadata.name);
  return { name, namespace, status: 'missing' };
}

function removing({ metadata: { name, namespace = '' } }: KubeObject): ResourceStatus {
  return { name, namespace, status: 'removing' };
}
