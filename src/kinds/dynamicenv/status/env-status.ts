import { toConsumersStatus } from '../../../api/consumer-status.ts';
import type {
  Condition,
  ConfigurationStatus,
  DynamicEnvStatus,
  State,
  WorkloadStatus,
} from '../../../api/dynamicenv.ts';
import { type Unreadable, unreadableText } from '../../../api/unreadable.ts';
import { byText } from '../../../k8s/canonical.ts';
import { type Finding, no, yes } from '../../../k8s/condition.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import { lastWritten } from '../../../k8s/written.ts';
import { sameObject } from '../observed.ts';
import { conditionWriter, settlingSeconds, wasReady } from './conditions.ts';
import type { StatusContext } from './context.ts';
import { type EntryReport, entriesStatus, entriesText } from './entry-status.ts';
import { conflicting, guarded, pendingEvents, routesInjected, workloadsReady } from './findings.ts';
import { matchText } from './match-text.ts';
import { messageAbout } from './message-about.ts';
import type { WorkloadReport } from './workload-report.ts';

export interface Report {
  status: DynamicEnvStatus;
  /** Seconds until the status may change by itself. */
  waits: number[];
}

/** What the env's configuration adds to its status. */
export interface ConfiguredReport {
  status?: ConfigurationStatus;
  /** Why no further routes come. */
  blocked?: string;
  /** Which clones leave before they come back. */
  returning?: string;
}

/** The status of an env that is alive. */
export function envStatus(
  reports: readonly WorkloadReport[],
  stall: Finding,
  context: StatusContext,
  entries: readonly EntryReport[] = [],
  configured: ConfiguredReport = {},
): Report {
  const write = conditionWriter(context);
  const injected = write('RoutesInjected', routesInjected(reports));
  const workloads = write('WorkloadsReady', workloadsReady(reports));
  const settling = secondsUntilReady(reports, injected, context);
  const problem = reports.flatMap(({ plan, problems }) =>
    problems.map(({ message }) => messageAbout(plan.key, message)),
  );
  const judged = readyFinding({ ...configured, problem, injected, workloads, settling, reports });
  const finding = {
    ...judged,
    message: judged.message + skipped(context.view.unreadable()) + entriesText(entries),
  };
  const state: State =
    problem.length > 0 || configured.blocked !== undefined
      ? 'degraded'
      : finding.status === true
        ? 'ready'
        : 'processing';
  return {
    status: {
      state,
      ...counts(reports),
      match: matchText(context.env.spec),
      ...entriesStatus(entries),
      ...workloadStatuses(reports),
      ...(configured.status === undefined ? {} : { configuration: configured.status }),
      conditions: [
        write('Ready', finding),
        workloads,
        injected,
        write('Guarded', guarded(reports)),
        write('Conflicting', conflicting(reports)),
        write('Reconciling', reconciling(state, finding, context.departing)),
        write('Stalled', stall),
      ],
    },
    waits: [
      ...(settling === undefined ? [] : [settling]),
      ...reports.flatMap(({ hosts }) => hosts.flatMap(({ waits }) => waits)),
      ...entries.flatMap(({ wait }) => wait ?? []),
    ],
  };
}

/**
 * An env is ready when no matching request can reach the base any more: every proxy must have had time to learn the routes. The
 * time of the condition alone is not enough: a sync may see the status before its own last one (Metacontroller's cache is late, or
 * Metacontroller ended before it wrote the status), and in it the time of routes for other matches. So the last change of the
 * injections counts, too: routes are never older. A change to other subsets of the same pods does not count.
 */
function secondsUntilReady(
  reports: readonly WorkloadReport[],
  injected: Condition,
  context: StatusContext,
): number | undefined {
  const { observed, config, now } = context;
  const subsets = reports.filter(({ plan }) => plan.kind === 'subset');
  if (subsets.length === 0) return 0;
  const settling = settlingSeconds(injected, config.settleSeconds, now);
  if (settling === undefined) return undefined;
  const isReady = wasReady(context);
  const wanted = subsets
    .flatMap(({ plan }) => plan.hosts)
    .filter(({ isCarried }) => !(isCarried && isReady))
    .map(({ injection }) => injection);
  const asking = observed.injections.filter(
    (own) => own.spec.active && wanted.some((one) => sameObject(one, own)),
  );
  const sinceAsked = asking.map((own) => secondsLeft(lastWritten(own), config.settleSeconds, now));
  return Math.max(settling, ...sinceAsked);
}

function readyFinding(facts: {
  problem: string[];
  injected: Condition;
  workloads: Condition;
  settling: number | undefined;
  blocked?: string;
  returning?: string;
  reports: readonly WorkloadReport[];
}): Finding {
  const { problem, injected, workloads, settling, blocked, returning, reports } = facts;
  if (blocked !== undefined) return no('ConfigurationBlocked', [blocked, ...problem].join('; '));
  if (problem.length > 0) return no('Degraded', problem.join('; '));
  if (returning !== undefined) return no('Returning', returning);
  if (workloads.status !== 'True') return no(workloads.reason, workloads.message);
  if (injected.status !== 'True') return no(injected.reason, injected.message);
  const events = pendingEvents(reports);
  if (events !== undefined) return events;
  if (settling !== undefined && settling > 0) {
    return no('Settling', 'the routes are in place and on their way to every proxy');
  }
  if (reports.length === 0) {
    return yes(
      'Ready',
      'the configuration changes no workload that may be cloned, so the env shares all of them',
    );
  }
  return yes('Ready', 'matching requests reach the clones');
}

/** At most this many objects that cannot be read are named; the others are counted. */
const MAX_SKIPPED = 3;

/** Objects that seem to concern no host of the env. The message names them, but the env can be ready in spite of them. */
function skipped(unreadable: readonly Unreadable[]): string {
  if (unreadable.length === 0) return '';
  const named = unreadable.slice(0, MAX_SKIPPED).map(unreadableText).join(', ');
  const more = unreadable.length - MAX_SKIPPED;
  return `; ignored, because it cannot be read: ${named}${more > 0 ? ` and ${more} more` : ''}`;
}

function reconciling(state: State, ready: Finding, departing: ReadonlySet<string>): Finding {
  if (state === 'processing') return yes(ready.reason, ready.message);
  if (departing.size > 0) {
    const names = [...departing].sort(byText).map((key) => key.replace(' /', ' '));
    return yes('Removing', `no longer wanted, being removed: ${names.join(', ')}`);
  }
  return no(state === 'ready' ? 'UpToDate' : 'Degraded', ready.message);
}

function counts(reports: readonly WorkloadReport[]): { totalCount: number; totalReady: number } {
  const ready = reports.filter(
    ({ isRunning, isRouted, problems, pendingEvents: pending }) =>
      isRunning && isRouted && problems.length === 0 && pending === undefined,
  );
  return { totalCount: reports.length, totalReady: ready.length };
}

function workloadStatuses(
  reports: readonly WorkloadReport[],
): Pick<DynamicEnvStatus, 'subsetsStatus' | 'consumersStatus'> {
  const of = (kind: 'subset' | 'consumer'): Record<string, WorkloadStatus> =>
    Object.fromEntries(
      reports
        .filter(({ plan }) => plan.kind === kind)
        .map(({ plan, status }) => [plan.key, status]),
    );
  const subsets = of('subset');
  const consumers = of('consumer');
  return {
    ...(Object.keys(subsets).length === 0 ? {} : { subsetsStatus: subsets }),
    ...toConsumersStatus(consumers),
  };
}
