import type { DynamicEnvStatus, EntryStatus } from '../../../api/dynamicenv.ts';
import { isEntryRouteName } from '../../../api/route-name.ts';
import type { RouteInjection } from '../../../api/routeinjection.ts';
import type { VirtualService } from '../../../istio/types.ts';
import { httpOf } from '../../../virtualservice/routes/scope.ts';
import { sameObject } from '../observed.ts';
import { linkTo, virtualServicesAt } from '../plan/entries.ts';
import type { StatusContext } from './context.ts';
import { searchTime } from './grace-period.ts';
import { notesOf } from './virtualservice-status.ts';

export interface EntryReport {
  status: EntryStatus;
  link: string;
  /** Seconds until this may change by itself. */
  wait?: number;
}

/** The status of an entry; `injection`: the wanted one. An env without a way in by a link works all the same. */
export function entryReport(injection: RouteInjection, context: StatusContext): EntryReport {
  const { observed, view, config } = context;
  const host = injection.spec.entry?.host ?? '';
  const link = linkTo(injection, config.sourceRouteHeader);
  const own = observed.injections.find((one) => sameObject(one, injection));
  const concerned = virtualServicesAt(host, view.virtualServices(), config);
  if (concerned.length === 0) {
    const left = searchTime(own, context);
    if (left !== 0) {
      const status: EntryStatus = { host, status: 'initializing' };
      return { status, link, ...(left === undefined ? {} : { wait: left }) };
    }
    const message = `no VirtualService with a gateway has the host ${host}, so that its link leads nowhere; add the host to one, or take the entry out`;
    return { status: { host, status: 'ignored-missing-virtual-service', message }, link };
  }
  const notes = concerned.flatMap((one) =>
    notesOf(one, injection).map(
      ({ virtualService, message }) => `VirtualService ${virtualService}: ${message}`,
    ),
  );
  const message = [...new Set(notes)].join('; ');
  const isRendered = concerned.some((one) => hasLink(one, injection, config.sourceRouteHeader));
  const isActive = own?.spec.active === true;
  const isHopeless = isActive && !isRendered && notes.length >= concerned.length;
  return {
    status: {
      host,
      status: statusOf(isRendered, isActive, isHopeless),
      ...(message === '' ? {} : { message }),
    },
    link,
  };
}

function statusOf(isRendered: boolean, isActive: boolean, isHopeless: boolean) {
  if (isHopeless) return 'ignored-missing-virtual-service';
  if (isRendered) return isActive ? 'running' : 'removing';
  return 'initializing';
}

/** Envs of one ref share the routes of a link, so the name of the route does not tell whose it is. */
function hasLink(
  virtualService: VirtualService,
  { spec }: RouteInjection,
  parameter: string,
): boolean {
  return httpOf(virtualService).some(
    ({ name, match }) =>
      isEntryRouteName(name) &&
      name?.includes(`-${spec.host}-`) &&
      match?.some(({ queryParams }) => queryParams?.[parameter]?.exact === spec.entry?.link),
  );
}

/** The part of an env's status about its entries; nothing if it has none. */
export function entriesStatus(
  reports: readonly EntryReport[],
): Pick<DynamicEnvStatus, 'links' | 'entriesStatus'> {
  if (reports.length === 0) return {};
  return {
    links: reports.map(({ link }) => link),
    entriesStatus: reports.map(({ status }) => status),
  };
}

/** What does not work, in the message of the condition `Ready`. */
export function entriesText(reports: readonly EntryReport[]): string {
  return reports
    .flatMap(({ status: { host, message } }) => (message ? `; entry ${host}: ${message}` : []))
    .join('');
}
