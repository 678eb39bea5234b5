import { type ServiceStatus, VERSIONS_ANNOTATION } from '../../api/virtualenvironment.ts';
import type { DestinationRule, VirtualService } from '../../istio/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { destinationRule } from './destination-rule.ts';
import { type ForeignObjects, foreignMessages, hasSubsets, isBlocked } from './foreign.ts';
import type { SubsetsByHost } from './in-use.ts';
import { keptVirtualService, withCopies } from './kept.ts';
import { memoryText } from './memory.ts';
import { needsObjects } from './needs-objects.ts';
import { withoutOtherServices } from './other-services.ts';
import { wantedRoutes } from './routes.ts';
import { serviceOptions } from './service-options.ts';
import { observedStage, stagedVersions } from './service-stage.ts';
import type { VirtualEnvironmentSettings } from './settings.ts';
import { nextStage, type Stage, type StagedVersion } from './stages.ts';
import type { LevelRules, RoutesInput, ServiceOptions, ServiceVersions } from './types.ts';
import { virtualService } from './virtualservice.ts';

/** What all Services of a VirtualEnvironment have in common. */
export interface ServiceContext {
  parent: KubeObject;
  namespace: string;
  rules: LevelRules;
  /** Values of the label that workloads carry whose requests get the header. */
  callers: readonly string[];
  /** Names of the Services that have versions. */
  withVersions: ReadonlySet<string>;
  /** Subsets to which any VirtualService leads. */
  used: SubsetsByHost;
  config: VirtualEnvironmentSettings;
  now: Date;
}

/** The VirtualEnvironment's own objects of one Service, as they are. */
export interface OwnObjects {
  virtualService: VirtualService | undefined;
  rule: DestinationRule | undefined;
}

export interface ServiceDecision {
  children: KubeObject[];
  status: ServiceStatus;
  /** Objects of others keep it from its routes. */
  isBlocked: boolean;
  /** It is on its way to what is wanted. */
  isMoving: boolean;
  /** Seconds until something changes by itself. */
  wait?: number;
}

/** The objects that a Service gets now. */
export function decideService(
  found: ServiceVersions,
  own: OwnObjects,
  foreign: ForeignObjects,
  context: ServiceContext,
): ServiceDecision {
  const { rules, config, parent } = context;
  const { name } = found.service.metadata;
  const observed = observedStage(name, own, context);
  const versions = stagedVersions(found, observed, context);
  const options = optionsOf(found, context);
  const whole = routesInput(found, versions, options, context);
  const isNeeded = versions.length > 1 || needsObjects(wantedRoutes(whole).http, whole);
  const blocked = isBlocked(foreign);
  const stage = nextStage({
    versions: blocked ? [] : versions,
    isNeeded,
    splitter: rules.splitter,
    defaultValue: rules.defaultSubset,
    observed,
    settleSeconds: config.settleSeconds,
    drainSeconds: config.drainSeconds,
    now: context.now,
  });
  const routed = versions.filter(({ value }) => stage.routed?.has(value));
  const { defaultSubset, ...input } = { ...whole, routed };
  const isDefault = stage.isDefaultRouted && defaultSubset !== undefined;
  const routes = wantedRoutes(isDefault ? { ...input, defaultSubset } : input);
  const made = virtualService(name, context.namespace, options, routes.http);
  const messages = [
    ...foreignMessages(foreign, parent),
    ...defaultMessages(whole, rules),
    ...rolloutMessages(versions, stage),
    ...options.problems,
    ...routes.problems,
  ];
  const isDirect = !(isNeeded || blocked) && stage.routed === undefined;
  return {
    children: [
      ...(stage.routed === undefined
        ? keptBeside(foreign, own, observed.routes)
        : [withCopies(made, own.virtualService)]),
      ...ruleOf(name, stage, context),
    ],
    status: {
      name,
      versions: versions.map(({ value, subset, isReady }) => ({
        value,
        subset,
        ready: isReady,
        routed: isDirect ? isReady : (stage.routed?.has(value) ?? false),
      })),
      ...(messages.length === 0 ? {} : { message: messages.join('; ') }),
    },
    isBlocked: blocked,
    isMoving: isMoving(stage, own, versions),
    ...(stage.wait === undefined ? {} : { wait: stage.wait }),
  };
}

/** What remains of a Service that is not there any more, or that has no versions: it leaves in stages. */
export function leaveService(
  name: string,
  own: OwnObjects,
  context: ServiceContext,
): Pick<ServiceDecision, 'children' | 'wait'> {
  const stage = nextStage({
    versions: [],
    isNeeded: false,
    splitter: context.rules.splitter,
    observed: observedStage(name, own, context),
    settleSeconds: context.config.settleSeconds,
    drainSeconds: context.config.drainSeconds,
    now: context.now,
  });
  const children = ruleOf(name, stage, context);
  return { children, ...(stage.wait === undefined ? {} : { wait: stage.wait }) };
}

function optionsOf({ service }: ServiceVersions, context: ServiceContext): ServiceOptions {
  const { rules, namespace, withVersions, config } = context;
  const { clusterDomain, virtualEnvironmentHosts: allowedHosts } = config;
  const options = serviceOptions(service, rules, { clusterDomain, allowedHosts });
  const { name } = service.metadata;
  return withoutOtherServices(options, { service: name, namespace, clusterDomain, withVersions });
}

/** With routes for all versions. */
function routesInput(
  { service, ports }: ServiceVersions,
  versions: readonly StagedVersion[],
  options: ServiceOptions,
  { rules, namespace, callers }: ServiceContext,
): RoutesInput {
  const byDefault = versions.find(({ value }) => value === rules.defaultSubset);
  return {
    service: service.metadata.name,
    namespace,
    ports,
    rules,
    options,
    routed: versions,
    ...(byDefault === undefined ? {} : { defaultSubset: byDefault.subset }),
    callers,
  };
}

function defaultMessages({ defaultSubset }: RoutesInput, rules: LevelRules): string[] {
  if (rules.defaultSubset === undefined || defaultSubset !== undefined) return [];
  return [
    `no workload of this Service has the label ${rules.label}=${rules.defaultSubset} (spec.envLabel.defaultSubset), so other requests go to all of its pods`,
  ];
}

/** A workload that never finishes its roll-out, such as a StatefulSet with updateStrategy OnDelete, would otherwise wait unseen. */
function rolloutMessages(versions: readonly StagedVersion[], { routed }: Stage): string[] {
  return versions
    .filter(({ value, isReady, isRolledOut }) => isReady && !isRolledOut && !routed?.has(value))
    .map(({ value }) => `${value} has no routes until all pods of its workload have this label`);
}

/** The own VirtualService beside a DestinationRule of somebody else stays only if its subsets are there. */
function keptBeside(
  { rule }: ForeignObjects,
  own: OwnObjects,
  routes: ReadonlySet<string> = new Set(),
): KubeObject[] {
  if (rule === undefined || own.virtualService === undefined) return [];
  return hasSubsets(rule, routes) ? [keptVirtualService(own.virtualService)] : [];
}

function ruleOf(name: string, { subsets, memory }: Stage, { namespace }: ServiceContext) {
  if (subsets.length === 0) return [];
  const annotations = { [VERSIONS_ANNOTATION]: memoryText(memory) };
  return [destinationRule(name, namespace, subsets, annotations)];
}

function isMoving(
  { wait, routed, subsets }: Stage,
  own: OwnObjects,
  versions: readonly StagedVersion[],
): boolean {
  const present = new Set((own.rule?.spec.subsets ?? []).map(({ name }) => name));
  return (
    wait !== undefined ||
    (routed === undefined) !== (own.virtualService === undefined) ||
    (subsets.length > 0 && versions.some(({ subset }) => !present.has(subset)))
  );
}
