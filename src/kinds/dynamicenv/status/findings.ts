import { type Finding, no, yes } from '../../../k8s/condition.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import { hasItsRule } from './host-status.ts';
import { messageAbout } from './message-about.ts';
import { unrouted } from './virtualservices-of.ts';
import type { WorkloadReport } from './workload-report.ts';

/** All workloads run what was asked for. */
export function workloadsReady(reports: readonly WorkloadReport[]): Finding {
  const waiting = reports.filter(({ isRunning }) => !isRunning);
  if (waiting.length === 0) return yes('AllRunning', 'all clones run');
  const message = waiting
    .map(({ plan, status }) => {
      const { namespace, name, status: word, message: why } = status.deployment;
      return `${plan.existing?.kind ?? 'Deployment'} ${namespace}/${name} is ${word}${why === undefined ? '' : `: ${why}`}`;
    })
    .join('; ');
  return no(firstProblem(waiting, 'deployment') ? 'WorkloadFailed' : 'WorkloadsPending', message);
}

/** Each subset has a host by which its requests reach it. */
export function routesInjected(reports: readonly WorkloadReport[]): Finding {
  const subsets = reports.filter(({ plan }) => plan.kind === 'subset');
  if (reports.length === 0) return yes('NoSubsets', 'the env has no clones, so it needs no routes');
  if (subsets.length === 0) return yes('NoSubsets', 'consumers get no routes');
  const waiting = subsets.filter((report) => !report.isRouted || isPending(report));
  if (waiting.length === 0) return yes('AllInjected', 'every subset has its routes');
  const message = waiting
    .map(({ plan, hosts }) => `${plan.key}: ${routeTrouble(hosts)}`)
    .join('; ');
  return no('RoutesPending', message);
}

function isPending({ plan, hosts }: WorkloadReport): boolean {
  return hosts.some(
    ({ rules, virtualServices }, index) =>
      hasItsRule(plan.hosts[index], rules) &&
      virtualServices.some(({ status }) => status === 'initializing' || status === 'updating'),
  );
}

function routeTrouble(hosts: WorkloadReport['hosts']): string {
  const messages = hosts
    .flatMap(({ rules, virtualServices }) => [...rules, ...virtualServices])
    .filter(({ status, message }) => status !== 'running' && message !== undefined)
    .map(({ namespace, name, message }) => `${namespace}/${name}: ${message}`);
  return messages.length === 0
    ? 'waiting for its pods, rules and routes'
    : [...new Set(messages)].join('; ');
}

/** Regular requests never reach a clone's pods. */
export function guarded(reports: readonly WorkloadReport[]): Finding {
  // Only subsets need a rule that leads to their base; for consumers it is not checked.
  const ruled = new Set(
    reports
      .filter(({ plan }) => plan.kind === 'subset')
      .flatMap(({ plan }) => plan.hosts.filter(({ missing }) => missing === undefined))
      .map(({ host }) => host),
  );
  const leaks = reports.flatMap(({ plan, hosts }) =>
    plan.hosts.flatMap((host, index) => [
      ...(host.isHeadless && !isApart(host) ? [headlessText(host)] : []),
      ...(hosts[index]?.isUnrouted && hosts[index].decidedBy === undefined && !isApart(host)
        ? [unrouted(host.host)]
        : []),
      ...(hosts[index]?.notes ?? [])
        .filter(({ state }) => state === 'unguarded')
        .map(({ virtualService, message }) => {
          // A route to a subset that does not exist answers 503. If the subset exists, it lacks a label.
          const isThere = ruled.has(host.host) || isOfExposed(message, host);
          const first = isThere ? '' : ', once a DestinationRule has it';
          return `VirtualService ${virtualService}: ${message}${first}`;
        }),
    ]),
  );
  if (leaks.length > 0) return no('Unguarded', [...new Set(leaks)].join('; '));
  if (reports.some(({ hosts }) => hosts.some(({ isLooking }) => isLooking))) {
    const message = 'still looking for VirtualServices of some hosts';
    return { status: 'unknown', reason: 'Looking', message };
  }
  return yes('Guarded', 'every known route names a subset');
}

/** Why a headless Service is not guarded. */
export function headlessText({
  namespace,
  service,
}: Pick<HostPlan, 'namespace' | 'service'>): string {
  return `Service ${namespace}/${service} is headless: a sidecar sends to the address that the caller looked up, whatever the routes say, so that regular requests may reach the clone's pods; give it a cluster IP`;
}

/** Are the pods behind a Service of their own, so that regular requests to the host never reach them? */
function isApart({ injection: { spec } }: HostPlan): boolean {
  return spec.service !== undefined && spec.service.sharesPods !== true;
}

/** Is the note about another person's subset that selects the clone, too? */
function isOfExposed(message: string, { injection }: HostPlan): boolean {
  return (injection.spec.exposed ?? []).some(({ remedy }) => message.endsWith(remedy));
}

/** Why some clone does not handle its messages; undefined: all do that have `events`. */
export function pendingEvents(reports: readonly WorkloadReport[]): Finding | undefined {
  const waiting = reports.flatMap(({ plan, pendingEvents: pending }) =>
    pending === undefined ? [] : messageAbout(plan.key, pending),
  );
  return waiting.length === 0 ? undefined : no('EventsPending', waiting.join('; '));
}

/** Another env takes some of this one's requests or messages. */
export function conflicting(reports: readonly WorkloadReport[]): Finding {
  const shadowed = reports
    .flatMap(({ hosts }) => hosts.flatMap(({ notes }) => notes))
    .filter(({ state }) => state === 'shadowed')
    .map(({ virtualService, message }) => `VirtualService ${virtualService}: ${message}`);
  const sameRef = reports.flatMap(({ plan }) => plan.events?.conflict ?? []);
  if (shadowed.length + sameRef.length === 0) {
    return no('NoConflict', 'no other env takes the same requests first');
  }
  const reason = shadowed.length === 0 ? 'SameRef' : 'Shadowed';
  return yes(reason, [...new Set([...shadowed, ...sameRef])].join('; '));
}

function firstProblem(reports: readonly WorkloadReport[], section: string): boolean {
  return reports.some(({ problems }) => problems.some((problem) => problem.section === section));
}
