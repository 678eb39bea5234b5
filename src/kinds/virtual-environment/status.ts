import { wrongShape } from '../../api/foreign-shapes.ts';
import type {
  ServiceStatus,
  VirtualEnvironment,
  VirtualEnvironmentConditionType,
  VirtualEnvironmentStatus,
} from '../../api/virtualenvironment.ts';
import type { Refusal } from '../../crd/refusal.ts';
import { byText, jsonBytes } from '../../k8s/canonical.ts';
import { condition, type Finding, no, yes } from '../../k8s/condition.ts';
import { cutText } from '../../k8s/cut-text.ts';

/** Nobody reads more, and each change of the status is a write of all of it. */
const MAX_SERVICES = 200;
const MAX_SERVICES_BYTES = 50 * 1024;
const MAX_MESSAGE = 1024;

export type Findings = Record<VirtualEnvironmentConditionType, Finding>;

/** The whole status. It changes only with what it says. */
export function statusOf(
  parent: VirtualEnvironment,
  findings: Findings,
  services: readonly ServiceStatus[],
  now: Date,
): VirtualEnvironmentStatus {
  const { generation } = parent.metadata;
  const previous = readableStatus(parent).conditions;
  const types = ['Ready', 'Conflicted', 'Reconciling', 'Stalled'] as const;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: types.map((type) => {
      const { message, ...finding } = findings[type];
      const shown = { ...finding, message: cutText(message, MAX_MESSAGE) };
      return condition(type, shown, previous, generation, now);
    }),
    ...shownServices(services),
  };
}

/** The status from which the times of conditions are taken over. One that cannot be read counts as none. */
export function readableStatus(parent: object): VirtualEnvironmentStatus {
  const { status } = parent as { status?: unknown };
  const isReadable =
    typeof status === 'object' &&
    status !== null &&
    wrongShape('VirtualEnvironmentStatus', status) === undefined;
  return isReadable ? (status as VirtualEnvironmentStatus) : {};
}

function shownServices(
  services: readonly ServiceStatus[],
): Pick<VirtualEnvironmentStatus, 'services' | 'moreServices'> {
  const sorted = [...services].sort((a, b) => byText(a.name, b.name)).map(withShortMessage);
  const shown: ServiceStatus[] = [];
  let bytes = 0;
  for (const service of sorted.slice(0, MAX_SERVICES)) {
    bytes += jsonBytes(service);
    if (bytes > MAX_SERVICES_BYTES) break;
    shown.push(service);
  }
  const more = sorted.length - shown.length;
  return { services: shown, ...(more === 0 ? {} : { moreServices: more }) };
}

function withShortMessage(service: ServiceStatus): ServiceStatus {
  const { message } = service;
  return message === undefined ? service : { ...service, message: cutText(message, MAX_MESSAGE) };
}

const NO_CONFLICT = no('NoConflict', 'nothing of others is in the way');
const NOT_STALLED = no('NotStalled', 'nothing waits for somebody to act');

/** Of a VirtualEnvironment that decides about its namespace. `problems`: fields that are ignored. */
export function activeFindings(
  services: readonly { status: ServiceStatus; isBlocked: boolean; isMoving: boolean }[],
  isLeaving: boolean,
  problems: readonly string[],
  label: string,
): Findings {
  const blocked = services.filter((one) => one.isBlocked).map(({ status }) => status.name);
  const moving = services.filter((one) => one.isMoving).map(({ status }) => status.name);
  const isMoving = moving.length > 0 || isLeaving;
  const text = isMoving ? movingText(moving) : '';
  const also = [...unready(services), ...problems].map((text) => `; ${text}`).join('');
  const Ready =
    blocked.length > 0
      ? no('Blocked', `objects of others keep these Services from their routes: ${listed(blocked)}`)
      : isMoving
        ? no('Settling', text)
        : services.length === 0
          ? yes(
              'NoVersions',
              `no Service selects pods with the label ${label} (spec.envLabel.name)`,
            )
          : yes('Routed', 'requests reach the pods of their version');
  return {
    Ready: { ...Ready, message: Ready.message + also },
    Conflicted:
      blocked.length > 0
        ? yes('ForeignObjects', `see the messages of these Services: ${listed(blocked)}`)
        : NO_CONFLICT,
    Reconciling: isMoving ? yes('Settling', text) : no('Settled', 'nothing is about to change'),
    Stalled:
      blocked.length > 0
        ? yes('Blocked', `see the messages of these Services: ${listed(blocked)}`)
        : NOT_STALLED,
  };
}

/** Their requests go to other versions, as it should be. So this makes nothing less ready, but people look for it here. */
function unready(services: readonly { status: ServiceStatus }[]): string[] {
  const names = services.flatMap(({ status: { name, versions = [] } }) =>
    versions.filter(({ ready }) => !ready).map(({ value }) => `${name} ${value}`),
  );
  return names.length === 0 ? [] : [`without a ready pod: ${listed(names)}`];
}

function movingText(moving: readonly string[]): string {
  return moving.length === 0
    ? 'objects of Services without versions are leaving'
    : `subsets and routes are on their way to every proxy: ${listed(moving)}`;
}

/** Of one that an older VirtualEnvironment keeps from acting. */
export function conflictedFindings(older: string, isLeaving: boolean): Findings {
  const message = `VirtualEnvironment ${older} of this namespace is older, and only the oldest counts: delete one of them`;
  return {
    Ready: no('Conflicted', message),
    Conflicted: yes('OlderExists', message),
    Reconciling: isLeaving
      ? yes('Leaving', 'its objects are leaving')
      : no('Settled', 'nothing is about to change'),
    Stalled: yes('Conflicted', message),
  };
}

/** Of one whose spec cannot be used: everything stays as it is. */
export function refusedFindings(refusals: readonly Refusal[]): Findings {
  const all = refusals.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  const told = `${all.join('; ')}; everything stays as it is until then`;
  return {
    Ready: no('InvalidSpec', told),
    Conflicted: NO_CONFLICT,
    Reconciling: no('InvalidSpec', 'the spec cannot be used'),
    Stalled: yes('InvalidSpec', told),
  };
}

/** Of one that is being deleted. `used`: Services whose subsets are used by VirtualServices of others. */
export function removalFindings(used: readonly string[]): Findings {
  const message =
    'its VirtualServices are removed first, and its DestinationRules when nobody uses them any more';
  return {
    Ready: no('Removing', message),
    Conflicted: NO_CONFLICT,
    Reconciling: yes('Removing', message),
    Stalled:
      used.length === 0
        ? NOT_STALLED
        : yes(
            'InUse',
            `VirtualServices of others lead to subsets of these Services: ${listed(used)}. Remove these routes, or set the annotation riskified.com/force-removal: "true"`,
          ),
  };
}

/** At most ten names. */
function listed(names: readonly string[]): string {
  const more = names.length - 10;
  return names.slice(0, 10).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
