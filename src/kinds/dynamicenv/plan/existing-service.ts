import { fqdn } from '../../../istio/host.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import type { Deployment, Service } from '../../../k8s/workload.ts';
import type { EnvContext } from '../context.ts';
import { isBeingDeleted } from '../observed.ts';
import { ofBase, podLabelsOf } from './base-labels.ts';
import { baseRules, decidingRules } from './destination-rules.ts';
import type { PlannedExisting } from './existing.ts';
import { exposedSubsets } from './exposed.ts';
import { type PlannedHost, withoutOwn } from './host-plan.ts';
import { routeInjection } from './injections.ts';
import { type EnvService, servicesOf } from './services.ts';
import type { EnvWorkload } from './workloads.ts';

/**
 * The plan for a Service that exists already, if the base exists. The requests go to another host, so no rule and no subset is needed.
 */
export function planExistingService(
  entry: EnvWorkload,
  name: string,
  base: Deployment | undefined,
  context: EnvContext,
): PlannedExisting {
  const { view, config, now } = context;
  const { namespace } = entry.workload;
  const service = view.services(namespace).find(({ metadata }) => metadata.name === name);
  const text = `Service ${namespace}/${name}`;
  const serviceHost = fqdn(name, namespace, config.clusterDomain);
  const labels = podLabelsOf(base);
  const hosts = servicesOf(
    view.servicesAskingFor(namespace, labels),
    labels,
    labels,
    config.clusterDomain,
  );
  const trouble =
    serviceTrouble(service, text, labels) ??
    (base !== undefined && hosts.length === 0
      ? `no Service in namespace ${namespace} selects the pods of Deployment ${entry.key}: add one`
      : undefined);
  const isGone = service === undefined || isBeingDeleted(service);
  const existing = {
    kind: 'Service' as const,
    state: {
      isThere: trouble === undefined,
      isReady: trouble === undefined,
      isMarked: true,
      arrival: secondsLeft(service?.metadata.creationTimestamp, config.settleSeconds, now),
    },
    ...(trouble === undefined ? {} : { trouble }),
    ...(isGone ? { isGone: true as const } : {}),
  };
  if (trouble !== undefined || service === undefined || base === undefined) {
    return { existing, hosts: [], warnings: [], serviceHost };
  }
  return {
    existing,
    serviceHost,
    hosts: hosts.map((host) => planHost(entry, host, base, service, context)),
    warnings: [
      `DestinationRules for ${hosts.map(({ host }) => host).join(', ')} do not apply to requests to ${text}, and a caller's Sidecar must import its host`,
    ],
  };
}

function serviceTrouble(
  service: Service | undefined,
  text: string,
  base: Readonly<Record<string, string>>,
): string | undefined {
  if (service === undefined)
    return `${text} not found: no request is routed to it until it is there`;
  if (isBeingDeleted(service))
    return `${text} is being deleted: no request is routed to it until it is there`;
  const { type, clusterIP, selector = {} } = service.spec ?? {};
  if (type === 'ExternalName') {
    return `${text} is of type ExternalName, an alias of another host; name the Service that selects the pods`;
  }
  if (clusterIP === 'None') {
    return `${text} is headless (clusterIP: None), so a sidecar would send to the address that the caller looked up, whatever the routes say; give it a cluster IP`;
  }
  if (Object.keys(selector).length > 0 && matchesSelector({ matchLabels: selector }, base)) {
    return `${text} selects the base's pods, too; let it select only the pods of the version that it stands for`;
  }
  return undefined;
}

function planHost(
  entry: EnvWorkload,
  host: EnvService,
  base: Deployment,
  target: Service,
  context: EnvContext,
): PlannedHost {
  const { env, view, config } = context;
  const { workload } = entry;
  const labels = podLabelsOf(base);
  const isOfBase = ofBase(labels);
  const defaultVersion = workload.defaultVersion ?? config.defaultVersion;
  const rules = view.rulesAbout(host.host);
  const from = baseRules(rules, host, { ...config, defaultVersion, isOfBase });
  const own = view.services(host.namespace).find(({ metadata }) => metadata.name === host.service);
  const known = target.spec?.selector ?? {};
  const isShared = matchesSelector({ matchLabels: own?.spec?.selector ?? {} }, known);
  const service = {
    host: fqdn(target.metadata.name, workload.namespace, config.clusterDomain),
    ports: portsOf(target),
    basePorts: portsOf(own),
    ...(isShared ? { sharesPods: true } : {}),
  };
  const others = withoutOwn(decidingRules(rules, host.host, config.clusterDomain), context);
  const exposed = isShared
    ? exposedSubsets(others, {
        clone: known,
        podLabels: {},
        isOfBase,
        versionLabel: config.versionLabel,
        baseLabels: labels,
        defaultVersion,
      })
    : [];
  return {
    problems: [],
    plan: {
      ...host,
      rules: [],
      harmful: [],
      isRuleless: true,
      injection: routeInjection(env, entry, host.host, {
        from: from.flatMap(({ subsets }) => subsets.map((subset) => subset.name)),
        to: { service },
        exposed,
        target: target.metadata.name,
      }),
    },
  };
}

/** The ports that proxies know, sorted. Istio makes no clusters for UDP (`buildOutboundClusters` in `pilot/pkg/networking/core/cluster.go`). */
function portsOf(service: Service | undefined): number[] {
  const ports = (service?.spec?.ports ?? []).filter(({ protocol }) => protocol !== 'UDP');
  return [...new Set(ports.map(({ port }) => port))].sort((a, b) => a - b);
}
