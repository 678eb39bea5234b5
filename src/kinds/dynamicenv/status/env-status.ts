import { readConsumersStatus, toConsumersStatus } from '../../../api/consumer-status.ts';
import type {
  Condition,
  ConditionType,
  DynamicEnvStatus,
  IstioMatch,
  State,
  WorkloadStatus,
} from '../../../api/dynamicenv.ts';
import { type Unreadable, unreadableText } from '../../../api/unreadable.ts';
import type { Refusal } from '../../../crd/refusal.ts';
import { byText } from '../../../k8s/canonical.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import { lastWritten } from '../../../k8s/written.ts';
import { sameObject } from '../observed.ts';
import { condition, settlingSeconds, type Verdict, wasReady } from './conditions.ts';
import type { StatusContext } from './context.ts';
import { saidOf } from './said-of.ts';
import { conflicting, guarded, no, routesInjected, workloadsReady, yes } from './verdicts.ts';
import type { WorkloadReport } from './workload-report.ts';

export interface Report {
  status: DynamicEnvStatus;
  /** Seconds until the status may change by itself. */
  waits: number[];
}

/** The status of an env that is alive. */
export function envStatus(
  reports: readonly WorkloadReport[],
  stall: Verdict,
  context: StatusContext,
): Report {
  const write = writer(context);
  const injected = write('RoutesInjected', routesInjected(reports));
  const workloads = write('WorkloadsReady', workloadsReady(reports));
  const settling = settling4Ready(reports, injected, context);
  const problem = reports.flatMap(({ plan, problems }) =>
    problems.map(({ message }) => saidOf(plan.key, message)),
  );
  const judged = readyVerdict({ problem, injected, workloads, settling });
  const verdict = { ...judged, message: judged.message + skipped(context.view.unread()) };
  const state: State =
    problem.length > 0 ? 'degraded' : verdict.status === true ? 'ready' : 'processing';
  return {
    status: {
      state,
      ...counts(reports),
      match: matchText(context.env.spec.istioMatches),
      ...workloadStatuses(reports),
      conditions: [
        write('Ready', verdict),
        workloads,
        injected,
        write('Guarded', guarded(reports)),
        write('Conflicting', conflicting(reports)),
        write('Reconciling', reconciling(state, verdict, context.leaving)),
        write('Stalled', stall),
      ],
    },
    waits: [
      ...(settling === undefined ? [] : [settling]),
      ...reports.flatMap(({ hosts }) => hosts.flatMap(({ waits }) => waits)),
    ],
  };
}

function writer({ env, now }: StatusContext) {
  return (type: ConditionType, verdict: Verdict): Condition =>
    condition(type, verdict, env.status?.conditions, env.metadata.generation, now);
}

/**
 * No matching request may meet the base any more: every proxy must have had time to learn the routes. The condition's time
 * alone does not tell: a sync may see the status that was there before its own last one (Metacontroller's cache is late, or
 * it ended before it wrote the status), and with it the time of routes for other matches. Routes are never older than the
 * last change of what asks for them. That other subsets of the same pods were asked for is no such change.
 */
function settling4Ready(
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

function readyVerdict(facts: {
  problem: string[];
  injected: Condition;
  workloads: Condition;
  settling: number | undefined;
}): Verdict {
  const { problem, injected, workloads, settling } = facts;
  if (problem.length > 0) return no('Degraded', problem.join('; '));
  if (workloads.status !== 'True') return no(workloads.reason, workloads.message);
  if (injected.status !== 'True') return no(injected.reason, injected.message);
  if (settling !== undefined && settling > 0) {
    return no('Settling', 'the routes are in place and on their way to every proxy');
  }
  return yes('Ready', 'matching requests reach the clones');
}

/** So many objects that cannot be read are named; the others are counted. */
const MAX_SKIPPED = 3;

/** They concern no host of the env's, as far as one can tell: worth a word, and nobody's readiness. */
function skipped(unread: readonly Unreadable[]): string {
  if (unread.length === 0) return '';
  const named = unread.slice(0, MAX_SKIPPED).map(unreadableText).join(', ');
  const more = unread.length - MAX_SKIPPED;
  return `; not looked at, as it cannot be read: ${named}${more > 0 ? ` and ${more} more` : ''}`;
}

function reconciling(state: State, ready: Verdict, leaving: ReadonlySet<string>): Verdict {
  if (state === 'processing') return yes(ready.reason, ready.message);
  if (leaving.size > 0) {
    const names = [...leaving].sort(byText).map((key) => key.replace(' /', ' '));
    return yes('Removing', `no longer wanted, on the way out: ${names.join(', ')}`);
  }
  return no(state === 'ready' ? 'UpToDate' : 'Degraded', ready.message);
}

function counts(reports: readonly WorkloadReport[]): { totalCount: number; totalReady: number } {
  const ready = reports.filter(
    ({ isRunning, isRouted, problems }) => isRunning && isRouted && problems.length === 0,
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

/** The matches in one line: `user=alice` (exact), `user^=al` (prefix), `user~a.*` (regex), `source app=web`; ` or ` between them. */
export function matchText(matches: readonly IstioMatch[]): string {
  return matches
    .map(({ headers, sourceLabels }) =>
      [
        ...byName(headers).map(([name, value]) => {
          // Of a spec that is refused there may be anything.
          const { exact, prefix, regex } = value ?? {};
          if (exact !== undefined) return `${name}=${exact}`;
          return prefix === undefined ? `${name}~${regex}` : `${name}^=${prefix}`;
        }),
        ...byName(sourceLabels).map(([key, value]) => `source ${key}=${value}`),
      ].join(','),
    )
    .join(' or ');
}

/** The same text whatever order a map's keys come in. */
function byName<T>(map: Record<string, T> = {}): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => byText(a, b));
}

/** Why nothing is done. */
interface Standstill {
  /** CamelCase, in every condition. */
  reason: string;
  until: string;
  waiting: string;
}

const INVALID_SPEC: Standstill = {
  reason: 'InvalidSpec',
  until: 'the spec is corrected',
  waiting: 'waiting for the spec to be corrected',
};
export const NO_MESH_INDEX: Standstill = {
  reason: 'NoMeshIndex',
  until: 'the MeshIndex can be read',
  waiting: 'waiting for a MeshIndex that can be read',
};

/** What an env looks at was not sent, or cannot be read. */
export function standstill(reason: 'NotSent' | 'Unreadable'): Standstill {
  const until = reason === 'NotSent' ? 'everything is sent' : 'everything can be read';
  return { reason, until, waiting: `waiting until ${until}` };
}

export const TOO_LARGE: Standstill = {
  reason: 'TooLarge',
  until: 'there is less around this env',
  waiting: 'waiting until there is less around this env',
};

/** The status of an env that cannot be acted on: what exists stays as it is. */
export function refusedStatus(
  refusals: readonly Refusal[],
  context: StatusContext,
  { reason, until, waiting }: Standstill = INVALID_SPEC,
): DynamicEnvStatus {
  const write = writer(context);
  const message = refusals
    .map(({ path, message: text }) => (path === undefined ? text : `${path}: ${text}`))
    .join('; ');
  const previous = context.env.status;
  const refused = no(reason, message);
  const unjudged: Verdict = {
    ...no(reason, `not judged until ${until}; what was made stays as it is`),
    status: 'unknown',
  };
  return {
    ...(previous?.subsetsStatus === undefined ? {} : { subsetsStatus: previous.subsetsStatus }),
    ...toConsumersStatus(readConsumersStatus(previous)),
    state: 'degraded',
    totalCount: previous?.totalCount ?? 0,
    totalReady: previous?.totalReady ?? 0,
    ...(previous?.match === undefined ? {} : { match: previous.match }),
    conditions: [
      write('Ready', refused),
      write('WorkloadsReady', unjudged),
      write('RoutesInjected', unjudged),
      write('Guarded', unjudged),
      write('Conflicting', unjudged),
      write('Reconciling', no(reason, waiting)),
      write('Stalled', yes(reason, message)),
    ],
  };
}
