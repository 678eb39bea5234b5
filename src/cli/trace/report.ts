import type { EnvTaken } from '../../trace/env-types.ts';
import { percent } from '../../trace/outcome.ts';
import type {
  Caller,
  Candidate,
  Hop,
  RouteMerge,
  RouteRef,
  TakenRoute,
  Trace,
  TracedDestination,
  TracedWorkload,
  WithoutEnvs,
} from '../../trace/types.ts';
import type { VersionTaken } from '../../trace/version-types.ts';
import { mergeName } from '../common/merges.ts';
import { reportText } from '../common/printable.ts';
import type { Paint } from '../common/terminal.ts';
import { rows } from './rows.ts';

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
  return blocks.map(reportText).join('\n');
}

function hopLines(hop: Hop, paint: Paint): string[] {
  const { request, caller, env, withoutEnvs, notes, outcome } = hop;
  const fields = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  const colour = REACHED.includes(outcome) ? 'green' : 'red';
  const head = [
    paint('bold', [`${request.method} ${request.url}`, ...fields].join('  ')),
    paint(colour, `→ ${answerText(hop)}`),
  ];
  if (outcome === 'not-called') return head;
  return [
    ...head,
    ...rows('from', [callerText(caller)]),
    ...rows('host', [`${request.host}, port ${request.port}`]),
    ...rows('decides', candidateTexts(hop.candidates)),
    ...rows('taken by', hop.route ? [routeText(hop.route)] : []),
    ...rows(
      'tried before',
      hop.tried.map((one) => `${refText(one)}: ${one.why}`),
    ),
    ...rows('version', hop.version ? versionTexts(hop.version, env !== undefined) : []),
    ...rows('env', env ? envTexts(env) : []),
    ...rows('to', hop.destinations.flatMap(destinationTexts)),
    ...rows(
      'other envs',
      hop.otherEnvs.map(({ env: name, why }) => `${name}: ${why}`),
    ),
    ...rows(
      'other merges',
      hop.otherMerges.map((other) => `${mergeName(other)}: ${other.why}`),
    ),
    ...rows('without envs', withoutEnvs ? [withoutText(withoutEnvs)] : []),
    ...rows('note', notes).map((line) => paint('yellow', line)),
  ];
}

function callerText({ kind, gateway, namespace, labels, workload }: Caller): string {
  if (kind === 'gateway') return `outside, through Gateway ${gateway}`;
  if (workload !== undefined) return `pods of ${workload}`;
  const list = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return `a pod of namespace ${namespace}, ${list.join(',') || 'no labels'}`;
}

function candidateTexts(candidates: readonly Candidate[]): string[] {
  const isDecided = candidates.some(({ decides }) => decides);
  return [
    ...(isDecided ? [] : ['no VirtualService']),
    ...candidates.map(({ virtualService, decides, why }) =>
      decides ? `VirtualService ${virtualService}: ${why}` : `not ${virtualService}: ${why}`,
    ),
  ];
}

function routeText(route: TakenRoute): string {
  const kind = route.kind === 'plain' ? '' : `, a ${route.kind.replace('-', ' ')}`;
  return `${refText(route)}${kind}`;
}

/** Counts from 1, as people do. The route of an env or merge is described by that, not by its name. */
function refText(ref: RouteRef): string {
  const { virtualService, index, name, matchIndex, delegatedBy, env, merge } = ref;
  const label = name === undefined ? '' : ` "${name}"`;
  const ours = merge === undefined ? label : ` (${mergeText(merge)})`;
  const own = env === undefined ? ours : ` (env ${env})`;
  const entry = matchIndex === undefined ? '' : `, match ${matchIndex + 1}`;
  const root = delegatedBy
    ? `, for route ${delegatedBy.index + 1} of ${delegatedBy.virtualService}`
    : '';
  return `route ${index + 1} of ${virtualService}${own}${entry}${root}`;
}

/** `merge services/payment-service-mp-101, route "mp-101"` */
function mergeText({ route, index = 0, ...merge }: RouteMerge): string {
  return `merge ${mergeName(merge)}, ${route === undefined ? `route ${index + 1}` : `route "${route}"`}`;
}

const WAYS = {
  link: 'by a link',
  cookie: 'by the cookie of a link',
  match: 'by one of its matches',
};

function envTexts({
  name,
  matchIndex,
  ref,
  deployment,
  also = [],
  before,
  entry,
}: EnvTaken): string[] {
  const byRef = ref === undefined ? '' : `, by its ref ${ref}`;
  const index = matchIndex === undefined ? byRef : `, by its match ${matchIndex + 1}`;
  const which = entry === undefined ? index : `, ${WAYS[entry.way]} at ${entry.host}`;
  const bases = [deployment, ...also.map((one) => one.deployment)];
  const base = deployment === undefined ? '' : `, instead of Deployment ${bases.join(' and ')}`;
  return [`${name}${which}${base}`, ...before.map((one) => `before ${one.env}: ${one.why}`)];
}

/** The version is that without envs. */
function versionTexts({ why, passed }: VersionTaken, isEnv: boolean): string[] {
  const text = isEnv ? `without envs: ${why}` : why;
  return [text, ...passed.map((one) => `not ${one.version}: ${one.why}`)];
}

function destinationTexts(target: TracedDestination): string[] {
  const { share, host, subset, selector, destinationRule, workloads } = target;
  const part = share === 1 ? '' : `${percent(share)} `;
  const rule = destinationRule === undefined ? '' : ` of DestinationRule ${destinationRule}`;
  const to = subset === undefined ? 'no subset' : `subset ${subset}${rule}`;
  const pods = Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    `${part}${host}, ${to}`,
    ...(pods.length === 0 ? [] : [`pods with ${pods.join(',')}`]),
    ...workloads.map(workloadText),
  ];
}

function workloadText({ kind, name, replicas, ready, env }: TracedWorkload): string {
  const count = ready === undefined ? 'readiness unknown' : `${ready} of ${replicas} ready`;
  return `${kind} ${name}, ${count}${env === undefined ? '' : `, clone of env ${env}`}`;
}

function answerText({ summary, status, env, outcome, route }: Hop): string {
  const isNamed = status === undefined || summary.includes(String(status));
  const text = isNamed ? summary : `${status}: ${summary}`;
  const { merge } = route ?? {};
  const byMerge = merge === undefined ? '' : `, merge ${mergeName(merge)}`;
  if (outcome !== 'pods') return `${text}${byMerge}`;
  return `${text.replace(/^to /, '')}${env === undefined ? byMerge : `, env ${env.name}`}`;
}

function withoutText({ same, summary, route }: WithoutEnvs): string {
  if (same) return 'the same';
  const end = summary.replace(/^to /, '');
  return route === undefined ? end : `${end}, by ${refText(route)}`;
}
