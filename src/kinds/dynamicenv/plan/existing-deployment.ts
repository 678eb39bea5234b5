import { byText } from '../../../k8s/canonical.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import { type Deployment, isAvailable, type Service } from '../../../k8s/workload.ts';
import type { EnvContext } from '../context.ts';
import { isBeingDeleted } from '../observed.ts';
import { podLabelsOf } from './base-labels.ts';
import { otherEnvsClone } from './base-trouble.ts';
import type { PlannedExisting } from './existing.ts';
import { planHosts } from './host-plan.ts';
import { servicesOf } from './services.ts';
import { type EnvWorkload, envWorkloads } from './workloads.ts';

/**
 * The plan for a Deployment that exists already, if its base exists. Its subset asks for the labels of its selector, which never change,
 * and which all its pods have, before and after each rollout.
 */
export function planExistingDeployment(
  entry: EnvWorkload,
  name: string,
  base: Deployment | undefined,
  context: EnvContext,
): PlannedExisting {
  const { namespace } = entry.workload;
  const deployment = context.view.deployment(namespace, name);
  const text = `Deployment ${namespace}/${name}`;
  const gone = goneText(deployment, text);
  const trouble =
    deployment === undefined ? gone : (gone ?? refusal(deployment, text, entry, base, context));
  const isReady = deployment !== undefined && isAvailable(deployment);
  const isThere = trouble === undefined;
  const existing = {
    kind: 'Deployment' as const,
    state: { isThere, isReady, isMarked: true },
    ...(deployment === undefined ? {} : { deployment }),
    ...(trouble === undefined ? {} : { trouble }),
    ...(gone === undefined ? {} : { isGone: true as const }),
  };
  if (!isThere || deployment === undefined || base === undefined) {
    return { existing, hosts: [], warnings: [] };
  }
  const labels = podLabelsOf(deployment);
  const marks = deployment.spec.selector.matchLabels ?? {};
  const target = { name, labels, marks, isExisting: true as const };
  return { existing, hosts: planHosts(entry, base, target, context), warnings: [] };
}

function goneText(deployment: Deployment | undefined, text: string): string | undefined {
  if (deployment === undefined)
    return `${text} not found: no request is routed to it until it is there`;
  if (isBeingDeleted(deployment))
    return `${text} is being deleted: no request is routed to it any more`;
  return deployment.spec.replicas === 0
    ? `${text} is scaled to zero (replicas: 0): no request is routed to it until it has pods`
    : undefined;
}

function refusal(
  deployment: Deployment,
  text: string,
  entry: EnvWorkload,
  base: Deployment | undefined,
  context: EnvContext,
): string | undefined {
  return (
    otherEnvsClone(deployment) ??
    unselectable(deployment, text, entry, context) ??
    unserved(deployment, text, base, context)
  );
}

/** Why a subset cannot select these pods and no others. Only Deployments that the env reads are compared. */
function unselectable(
  { metadata, spec }: Deployment,
  text: string,
  entry: EnvWorkload,
  context: EnvContext,
): string | undefined {
  const { matchLabels = {}, matchExpressions = [] } = spec.selector;
  const anew = 'a selector cannot be changed: create the Deployment anew with matchLabels';
  if (matchExpressions.length > 0 || Object.keys(matchLabels).length === 0) {
    const found = matchExpressions.length > 0 ? 'matchExpressions' : 'no matchLabels';
    return `the selector of ${text} has ${found}, and a subset can only ask for labels; ${anew} only, or give it a Service of its own (existing.service)`;
  }
  const other = othersIn(entry.workload.namespace, context).find(
    (one) =>
      one.metadata.name !== metadata.name && matchesSelector({ matchLabels }, podLabelsOf(one)),
  );
  if (other === undefined) return undefined;
  return `the selector of ${text} (${labelsText(matchLabels)}) also selects the pods of Deployment ${other.metadata.namespace}/${other.metadata.name}, which would get the env's requests; ${anew} that only its pods have, or give it a Service of its own (existing.service)`;
}

/** The Deployments of a namespace that the env reads: bases, versions that exist already, and its clones. */
function othersIn(namespace: string, { env, view, observed }: EnvContext): Deployment[] {
  const names = envWorkloads(env)
    .filter(({ workload }) => workload.namespace === namespace)
    .flatMap(({ workload }) => [workload.name, workload.existing?.deployment ?? []].flat());
  return [
    ...[...new Set(names)].flatMap((name) => view.deployment(namespace, name) ?? []),
    ...observed.deployments.filter(({ metadata }) => metadata.namespace === namespace),
  ];
}

/** Why no Service of the base selects these pods: what they lack. */
function unserved(
  deployment: Deployment,
  text: string,
  base: Deployment | undefined,
  { view, config }: EnvContext,
): string | undefined {
  if (base === undefined) return undefined;
  const [labels, own] = [podLabelsOf(base), podLabelsOf(deployment)];
  const namespace = base.metadata.namespace ?? '';
  const services = view.servicesAskingFor(namespace, labels);
  if (servicesOf(services, labels, own, config.clusterDomain).length > 0) return undefined;
  const hosts = servicesOf(services, labels, labels, config.clusterDomain);
  if (hosts.length === 0) {
    return `no Service in namespace ${namespace} selects the pods of Deployment ${namespace}/${base.metadata.name}: add one`;
  }
  const lacking = services
    .filter(({ metadata }) => hosts.some(({ service }) => service === metadata.name))
    .map((service) => `Service ${service.metadata.name} asks for ${lackingText(service, own)}`);
  return `the pods of ${text} are not selected by the base's Service: ${lacking.join('; ')}; add it to the pods' labels (spec.template.metadata.labels), or give the Deployment a Service of its own (existing.service)`;
}

function lackingText({ spec }: Service, labels: Readonly<Record<string, string>>): string {
  const lacking = Object.entries(spec?.selector ?? {}).filter(
    ([key, value]) => !Object.hasOwn(labels, key) || labels[key] !== value,
  );
  return labelsText(Object.fromEntries(lacking));
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort(byText)
    .join(', ');
}
