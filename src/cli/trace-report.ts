import { percent } from '../trace/outcome.ts';
import type {
  Caller,
  Candidate,
  Hop,
  RouteRef,
  Trace,
  TracedDestination,
  TracedWorkload,
  WithoutEnvs,
} from '../trace/types.ts';
import type { Paint } from './terminal.ts';

const REACHED = ['pods', 'redirect', 'direct-response'];

/** A trace for people. */
export function traceText(
  { hops, notes, notConsidered }: Trace,
  title: string | undefined,
  paint: Paint,
): string {
  const blocks = [
    ...(title === undefined ? [] : [[title]]),
    ...hops.map((hop) => hopLines(hop, paint)),
    ...(notConsidered.length === 0 ? [] : [[`Not considered: ${notConsidered.join('; ')}`]]),
    ...(notes.length === 0 ? [] : [notes.map((note) => paint('yellow', `Note: ${note}`))]),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function hopLines(hop: Hop, paint: Paint): string[] {
  const { request, caller, env, otherEnvs, withoutEnvs, notes, outcome } = hop;
  const fields = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  const title = [`${request.method} ${request.url}`, ...fields].join('  ');
  const isGood = REACHED.includes(outcome);
  const colour = isGood ? 'green' : 'red';
  if (outcome === 'not-called') return [paint('bold', title), `  ${paint(colour, hop.summary)}`];
  const order = env?.before.map((one) => row('before', `${one.env}: ${one.why}`)) ?? [];
  return [
    paint('bold', title),
    row('from', callerText(caller)),
    row('host', `${request.host}, port ${request.port}`),
    ...candidateRows(hop.candidates),
    ...routeRows(hop),
    ...(env ? [row('env', paint('cyan', envText(env)))] : []),
    ...order,
    ...destinationRows(hop.destinations),
    row('answer', paint(colour, answerText(hop))),
    ...(withoutEnvs ? [row('without envs', withoutText(withoutEnvs))] : []),
    ...otherEnvs.map(({ env: name, why }, i) =>
      row(i === 0 ? 'other envs' : '', `${name}: ${why}`),
    ),
    ...notes.map((note) => row('note', paint('yellow', note))),
  ];
}

const WIDTH = 15;

function row(label: string, text: string): string {
  return `  ${label.padEnd(WIDTH)}${text}`;
}

function callerText({ kind, gateway, namespace, labels, workload }: Caller): string {
  if (kind === 'gateway') return `outside, through Gateway ${gateway}`;
  if (workload !== undefined) return `pods of ${workload}`;
  const list = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return `a pod of namespace ${namespace}, ${list.join(',') || 'no labels'}`;
}

function candidateRows(candidates: readonly Candidate[]): string[] {
  if (!candidates.some(({ decides }) => decides)) {
    const none = row('decides', 'no VirtualService');
    return [none, ...candidates.map((one) => row('', `not ${one.virtualService}: ${one.why}`))];
  }
  return candidates.map(({ virtualService, decides, why }) =>
    decides
      ? row('decides', `VirtualService ${virtualService}, ${why}`)
      : row('', `not ${virtualService}: ${why}`),
  );
}

function routeRows({ route, tried }: Hop): string[] {
  const failed = tried.map((one) => row('', `not ${refText(one)}: ${one.why}`));
  if (route === undefined) return failed;
  const kind = route.kind === 'plain' ? '' : `, a ${route.kind.replace('-', ' ')}`;
  return [row('route', `${refText(route)}${kind}`), ...failed];
}

/** People count from 1. */
function refText({ virtualService, index, name, matchIndex, delegatedBy }: RouteRef): string {
  const label = name === undefined ? '' : ` "${name}"`;
  const entry = matchIndex === undefined ? ', without match' : `, match ${matchIndex + 1}`;
  const root = delegatedBy
    ? `, for route ${delegatedBy.index + 1} of ${delegatedBy.virtualService}`
    : '';
  return `${index + 1} of ${virtualService}${label}${entry}${root}`;
}

function envText({ name, matchIndex, deployment }: NonNullable<Hop['env']>): string {
  const which = matchIndex === undefined ? '' : `, match ${matchIndex + 1}`;
  return `${name}${which}${deployment === undefined ? '' : `, instead of Deployment ${deployment}`}`;
}

function destinationRows(destinations: readonly TracedDestination[]): string[] {
  return destinations.flatMap((target) => {
    const { share, host, subset, selector, destinationRule, workloads } = target;
    const part = share === 1 ? '' : `${percent(share)} `;
    const rule = destinationRule === undefined ? '' : ` of DestinationRule ${destinationRule}`;
    const to = subset === undefined ? 'no subset' : `subset ${subset}${rule}`;
    const pods = Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`);
    return [
      row('to', `${part}${host}, ${to}`),
      ...(pods.length === 0 ? [] : [row('', `pods with ${pods.join(',')}`)]),
      ...workloads.map((one) => row('', workloadText(one))),
    ];
  });
}

function workloadText({ kind, name, replicas, ready, env }: TracedWorkload): string {
  const count = ready === undefined ? 'readiness unknown' : `${ready} of ${replicas} ready`;
  return `${kind} ${name}, ${count}${env === undefined ? '' : `, clone of env ${env}`}`;
}

function answerText({ summary, status, outcome }: Hop): string {
  const isTold = status === undefined || summary.includes(String(status));
  const text = isTold ? summary : `${status}: ${summary}`;
  return outcome === 'pods' ? text.replace(/^to /, '') : text;
}

function withoutText({ same, summary, route }: WithoutEnvs): string {
  if (same) return 'the same';
  return route === undefined
    ? summary
    : `${summary.replace(/^to /, '')}, by route ${refText(route)}`;
}
