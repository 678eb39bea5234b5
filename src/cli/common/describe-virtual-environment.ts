import type { VersionStatus, VirtualEnvironment } from '../../api/virtualenvironment.ts';
import { fullName } from './merges.ts';
import { isReady, virtualEnvironmentCondition } from './virtual-environments.ts';

/** The state of a VirtualEnvironment, for people: a headline, its conditions unless it is ready, and a line for each Service with versions. */
export function describeVirtualEnvironment(environment: VirtualEnvironment): string[] {
  const name = fullName(environment);
  const { conditions = [], services = [], moreServices = 0 } = environment.status ?? {};
  const ready = virtualEnvironmentCondition(environment, 'Ready');
  if (ready === undefined) return [`${name} has no status`];
  const versioned = services.filter(({ versions = [] }) => versions.length > 0);
  const width = Math.max(0, ...versioned.map((service) => service.name.length));
  return [
    isReady(environment)
      ? `${name} is ready: ${ready.message}`
      : `${name} is not ready: ${ready.reason}`,
    ...(isReady(environment) ? [] : conditions).map(
      ({ type, status, reason, message }) =>
        `  ${type.padEnd(TYPE_WIDTH)} ${status.padEnd(STATUS_WIDTH)} ${reason}: ${message}`,
    ),
    ...versioned.map(
      (service) =>
        `  ${service.name.padEnd(width)}  ${(service.versions ?? []).map(versionText).join(', ')}`,
    ),
    ...(moreServices === 0 ? [] : [`  … and ${moreServices} more Services`]),
  ];
}

const TYPE_WIDTH = 'Reconciling'.length;
const STATUS_WIDTH = 'Unknown'.length;

/** `dev.proj1`, with its state unless requests reach it. */
export function versionText({ value, ready, routed }: VersionStatus): string {
  if (!ready) return `${value} (not ready${routed ? ', routed' : ''})`;
  return routed ? value : `${value} (not routed)`;
}

/** What keeps Services from their routes, what was ignored, and what to do. */
export function serviceMessages({ status }: VirtualEnvironment): string[] {
  return (status?.services ?? []).flatMap(({ name, message }) =>
    message === undefined ? [] : [`Service ${name}: ${message}`],
  );
}
