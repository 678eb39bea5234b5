import { isDeepStrictEqual } from 'node:util';
import { PLAN_ANNOTATION } from '../../../src/api/marks.ts';
import type { HistoryEntry } from '../../../src/simulator/api-server/store.ts';
import type { Cluster } from '../../../src/simulator/cluster.ts';
import { createPhases, type PhaseSettings, phaseProblems, remember } from './check-phases.ts';
import { misroutings, type RoutingRules } from './check-routing.ts';
import { isOurs, type Mirror, record, userRoutes } from './mirror.ts';

export interface Watch {
  mirror: Mirror;
}

export interface WatchSettings extends PhaseSettings, RoutingRules {
  complain(problem: string): void;
  isWebhookLost(): boolean;
}

/** Checks the cluster after every stored write. The twin has the user's last content. */
export function watchWrites(cluster: Cluster, twin: Cluster, settings: WatchSettings): Watch {
  const mirror: Mirror = new Map();
  const phases = createPhases();
  cluster.onWrite((entry) => {
    const tell = (problem: string) =>
      settings.complain(`${entry.time} ${entry.user} ${entry.verb} ${entry.key}: ${problem}`);
    remember(phases, mirror, Date.parse(entry.time));
    record(mirror, entry);
    for (const problem of phaseProblems(entry, phases, mirror, settings)) tell(problem);
    for (const problem of alteredRoutes(entry, twin)) tell(problem);
    for (const problem of lostPlan(entry, settings)) tell(problem);
    if (!movesRequests(entry)) return;
    for (const problem of misroutings(mirror, settings)) tell(problem);
  });
  return { mirror };
}

function alteredRoutes({ key, after }: HistoryEntry, twin: Cluster): string[] {
  if (after?.kind !== 'VirtualService') return [];
  const { namespace, name } = after.metadata;
  const expected = userRoutes(twin.get('VirtualService', namespace, name));
  const routes = userRoutes(after);
  if (isDeepStrictEqual(routes, expected)) return [];
  return [
    `the user's routes of ${key} are ${JSON.stringify(routes)}, and not ${JSON.stringify(expected)}`,
  ];
}

/** The webhook renders the routes in the same write, whatever a user writes, so there is no moment without them. */
function lostPlan({ user, before, after }: HistoryEntry, settings: WatchSettings): string[] {
  const isTheirs = user !== settings.metacontrollerUser && !settings.isWebhookLost();
  if (after?.kind !== 'VirtualService' || before === undefined || !isTheirs) return [];
  const [was, is] = [before, after].map(({ metadata }) => metadata.annotations?.[PLAN_ANNOTATION]);
  return was === is ? [] : [`the plan ${was} became ${is}`];
}

const ROUTING = ['VirtualService', 'DestinationRule', 'Service'];

/** A change of metadata or status, or of a base Deployment, does not change where requests go. */
function movesRequests({ before, after }: HistoryEntry): boolean {
  const kind = (after ?? before)?.kind ?? '';
  if (kind === 'Deployment') return isOurs(after ?? before) && !(before && after);
  return ROUTING.includes(kind) && !isDeepStrictEqual(before?.spec, after?.spec);
}
