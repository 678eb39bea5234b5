import type {
  ServiceStatus,
  VirtualEnvironment,
  VirtualEnvironmentStatus,
} from '../../api/virtualenvironment.ts';
import { nameOf } from '../../istio/objects.ts';
import { byText } from '../../k8s/canonical.ts';
import { versionText } from '../common/describe-virtual-environment.ts';
import type { Paint } from '../common/terminal.ts';
import { isBeingDeleted } from '../common/user-objects.ts';
import { isReady, virtualEnvironmentCondition } from '../common/virtual-environments.ts';
import { type Branch, linesOf } from './tree.ts';

/** The state of one VirtualEnvironment. */
interface VersionsReport extends Pick<VirtualEnvironmentStatus, 'moreServices'> {
  namespace: string;
  name: string;
  /** For its present spec. */
  ready: boolean;
  reason: string;
  /** Why, and what to do. */
  message: string;
  services: ServiceStatus[];
  conditions: NonNullable<VirtualEnvironmentStatus['conditions']>;
}

/** VirtualEnvironments, for people (`versionsTree`) and for programs (`-o json`). */
interface AllVersionsReport {
  /** All of them are. */
  ready: boolean;
  virtualEnvironments: VersionsReport[];
  /** What could not be read. */
  notes: string[];
}

export function versionsReport(
  environments: readonly VirtualEnvironment[],
  notes: readonly string[],
): AllVersionsReport {
  const reports = [...environments].sort((a, b) => byText(nameOf(a), nameOf(b))).map(reportOf);
  return {
    ready: reports.every(({ ready }) => ready),
    virtualEnvironments: reports,
    notes: [...notes],
  };
}

function reportOf(environment: VirtualEnvironment): VersionsReport {
  const { metadata, status = {} } = environment;
  const { services = [], conditions = [], moreServices } = status;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ready: isReady(environment),
    ...explanationOf(environment),
    services,
    ...(moreServices === undefined ? {} : { moreServices }),
    conditions,
  };
}

function explanationOf(
  environment: VirtualEnvironment,
): Pick<VersionsReport, 'reason' | 'message'> {
  const { name, namespace } = environment.metadata;
  const ready = virtualEnvironmentCondition(environment, 'Ready');
  const events = `"kubectl describe virtualenvironment ${name} -n ${namespace}" shows errors`;
  if (ready === undefined) {
    const message = `it has no status yet: check that Metacontroller is running and that there is a CompositeController virtual-environment; ${events}`;
    return { reason: 'NoStatus', message };
  }
  if (ready.status === 'True' && !isReady(environment)) {
    if (isBeingDeleted(environment))
      return { reason: 'BeingDeleted', message: 'it is being deleted' };
    const message = `the status is about an earlier version of the spec; if that does not change, ${events}`;
    return { reason: 'NotObserved', message };
  }
  return { reason: ready.reason, message: ready.message };
}

/** The report as lines: the Services of each VirtualEnvironment with their versions, and what is in their way. */
export function versionsTree(
  { virtualEnvironments, notes }: AllVersionsReport,
  paint: Paint,
): string[] {
  return [
    ...(virtualEnvironments.length === 0 ? ['no VirtualEnvironments'] : []),
    ...virtualEnvironments.flatMap((one) => [
      titleOf(one, paint),
      ...linesOf(branchesOf(one, paint)),
    ]),
    ...notes.map((note) => paint('yellow', note)),
  ];
}

function titleOf({ namespace, name, ready, reason }: VersionsReport, paint: Paint): string {
  const title = paint('bold', `VirtualEnvironment ${namespace}/${name}`);
  return `${title}: ${ready ? paint('green', 'ready') : `${paint('red', 'not ready')}, ${reason}`}`;
}

function branchesOf(report: VersionsReport, paint: Paint): Branch[] {
  const { ready, message, services, moreServices = 0 } = report;
  return [
    ...(ready ? [] : [{ text: paint('yellow', message) }]),
    ...services.map(({ name, versions = [], message: told }) => ({
      text: `Service ${name}: ${versions.map(versionText).join(', ') || 'no versions'}`,
      ...(told === undefined ? {} : { branches: [{ text: paint('yellow', told) }] }),
    })),
    ...(moreServices === 0 ? [] : [{ text: `… and ${moreServices} more Services` }]),
  ];
}
