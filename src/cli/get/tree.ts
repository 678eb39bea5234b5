import type {
  Condition,
  EventsStatus,
  LifeCycle,
  ResourceStatus,
  UnclonedWorkload,
} from '../../api/dynamicenv.ts';
import { variableText } from '../common/configured-variables.ts';
import type { Paint } from '../common/terminal.ts';
import type { ConfigurationReport } from './env-configuration.ts';
import type { EnvReport, RouteReport, VirtualServiceReport, WorkloadReport } from './report.ts';

export interface Branch {
  text: string;
  branches?: Branch[];
}

/** The report as the lines of a tree. */
export function treeOf(report: EnvReport, paint: Paint): string[] {
  const { name, state, match, links = [], workloads, conditions, advice } = report;
  const requests = match === undefined ? '' : `, requests with ${match}`;
  const colour = report.ready ? 'green' : state === 'degraded' ? 'red' : 'yellow';
  const stale = state === 'ready' && !report.ready ? ' for an earlier spec' : '';
  const title = `${paint('bold', `DynamicEnv ${name}`)} is ${paint(colour, state)}${stale}${requests}`;
  const branches = [
    ...lifeLines(report).map((text) => ({ text })),
    ...section('links', links),
    ...workloads.map((workload) => workloadBranch(workload, paint)),
    ...(report.configuration === undefined ? [] : [configurationBranch(report.configuration)]),
    ...section(
      'conditions',
      conditions.map((one) => conditionText(one, paint)),
    ),
    ...section(
      'what to do',
      advice.map((text) => paint('yellow', text)),
    ),
  ];
  return [title, ...linesOf(branches)];
}

function lifeLines({ state, expiresAt, owner }: EnvReport): string[] {
  const verb = state === 'expired' ? 'expired' : 'expires';
  return [
    ...(expiresAt === undefined ? [] : [`${verb} at ${expiresAt}`]),
    ...(owner === undefined ? [] : [`owner: ${owner}`]),
  ];
}

function section(text: string, lines: readonly string[]): Branch[] {
  if (lines.length === 0) return [];
  return [{ text, branches: lines.map((line) => ({ text: line })) }];
}

function workloadBranch(workload: WorkloadReport, paint: Paint): Branch {
  const { kind, base, deployment, destinationRules, virtualServices, events } = workload;
  const { targetKind = 'Deployment' } = workload;
  return {
    text: `${kind} ${base}`,
    branches: [
      { text: resource(targetKind, deployment, paint) },
      ...destinationRules.map((rule) => ({ text: resource('DestinationRule', rule, paint) })),
      ...virtualServices.map((one) => virtualServiceBranch(one, paint)),
      ...(events === undefined ? [] : [{ text: eventsText(events, paint) }]),
    ],
  };
}

/** `messages: Joining, incarnation 0123456789: its consumers are about to start; …` */
function eventsText({ phase, incarnation, message }: EventsStatus, paint: Paint): string {
  const why = message === undefined ? '' : `: ${message}`;
  return `messages: ${paint(phase === 'Live' ? 'green' : 'yellow', phase)}, incarnation ${incarnation}${why}`;
}

function configurationBranch({
  environment,
  unique,
  shared,
  blocked,
  notCloned,
}: ConfigurationReport): Branch {
  const of = environment === undefined ? '' : ` of Environment ${environment}`;
  const uncloned = (is: string, list: readonly UnclonedWorkload[]) =>
    list.map(({ workload, message }) => ({ text: `${is} ${workload}: ${message}` }));
  return {
    text: `configuration${of}`,
    branches: [
      ...unique.map(({ workload, variables }) => ({
        text: `unique ${workload}`,
        branches: variables.map((one) => ({ text: variableText(one) })),
      })),
      ...uncloned('blocked', blocked),
      ...uncloned('not cloned', notCloned),
      ...(shared === undefined
        ? []
        : [{ text: `${shared} other ${shared === 1 ? 'workload is' : 'workloads are'} shared` }]),
    ],
  };
}

function virtualServiceBranch(one: VirtualServiceReport, paint: Paint): Branch {
  return {
    text: resource('VirtualService', one, paint),
    branches: one.routes.map((route) => ({ text: routeText(route) })),
  };
}

function routeText({ before, host, subset }: RouteReport): string {
  return `before route ${before}: to ${host}${subset === '' ? '' : `, subset ${subset}`}`;
}

function resource(kind: string, { namespace, name, status }: ResourceStatus, paint: Paint): string {
  return `${kind} ${namespace}/${name}: ${paint(colourOf(status), status)}`;
}

function colourOf(status: LifeCycle): 'green' | 'red' | 'yellow' {
  if (status === 'running') return 'green';
  return status === 'failed' || status === 'missing' ? 'red' : 'yellow';
}

function conditionText({ type, status, message }: Condition, paint: Paint): string {
  return `${type.padEnd(CONDITION_WIDTH)} ${status.padEnd(STATUS_WIDTH)} ${paint('dim', message)}`;
}

const CONDITION_WIDTH = 'RoutesInjected'.length;
const STATUS_WIDTH = 'Unknown'.length;

export function linesOf(branches: readonly Branch[]): string[] {
  return branches.flatMap(({ text, branches: inner = [] }, index) => {
    const isLast = index === branches.length - 1;
    return [
      `${isLast ? '└─' : '├─'} ${text}`,
      ...linesOf(inner).map((line) => `${isLast ? '  ' : '│ '} ${line}`),
    ];
  });
}
