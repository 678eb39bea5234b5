import { setTimeout as sleep } from 'node:timers/promises';
import { type Forked, fork } from '../broker/fork.ts';
import { decideForRef } from '../decision/decide.ts';
import { CLOCKS } from '../feed/clocks.ts';
import { isStillLive } from '../feed/own-incarnation.ts';
import { groupStates } from '../readiness/groups.ts';
import { readinessServer } from '../readiness/server.ts';
import type { EnvSettings } from '../settings/settings.ts';
import { leave, ownGroup } from './leave.ts';
import type { Part } from './part.ts';
import type { DeclaredGroup, Log } from './types.ts';

/** The part of an env's consumer. */
export function envPart(settings: EnvSettings, expected: readonly string[], log: Log): Part {
  // A consumer that is created again takes the place of the one before.
  const groups = new Map<string, DeclaredGroup>();
  const server = readinessServer({
    port: settings.port,
    isStarted: () => states.areAssigned(),
    drain: onceAtATime(() => leave(settings, [...groups.values()], log)),
    log,
  });
  const states = groupStates(expected, server.open);
  return {
    decide: (headers) => decideForRef(headers, settings, settings.names),
    join: async (group) => {
      const { base, topics, openAdmin } = group;
      if (server.isOpen()) tellLate(group, [...groups.values()], log);
      const { assigned, abandoned } = states.add(base);
      const own = ownGroup(base, settings);
      const isLive = () => isStillLive(settings, CLOCKS);
      const options = { own, base, topics, sleep, isLive };
      const how = await openAdmin((admin) => fork(admin, options)).catch((error: unknown) => {
        abandoned();
        throw error;
      });
      tellStart(how, own, topics, log);
      groups.set(JSON.stringify([base, topics]), group);
      return { groupId: own, reset: 'earliest', assigned, abandoned };
    },
    mayConsume: async () => {},
    close: server.close,
  };
}

/** Where a group begins if that is not the position of stable. */
function tellStart(how: Forked, own: string, topics: readonly string[], log: Log): void {
  const where = topics.join(', ');
  if (how === 'was live') {
    log(
      `Group "${own}" has no offsets in ${where}, though the env is live: it begins at the earliest message, and may handle some twice`,
    );
  }
  if (how === 'begins at the earliest message') {
    log(`Group "${own}" has members that consumed other topics: in ${where} it ${how}`);
  }
}

/**
 * A group or topic that comes when the env may be live already: stable skips messages that nobody has forked. If the feed says that it is
 * live, the group begins at the earliest message; else it copies a position that stable may have passed. It is told and no more, since not to
 * consume would lose all of them.
 */
function tellLate({ base, topics }: DeclaredGroup, joined: DeclaredGroup[], log: Log): void {
  const known = joined.filter((one) => one.base === base).flatMap((one) => one.topics);
  const late = topics.filter((topic) => !known.includes(topic));
  if (late.length === 0) return;
  const all = [...new Set([...joined.map((one) => one.base), base])];
  log(
    `Messages may be handled twice, or be lost if the feed does not answer: group "${base}" consumes ${late.join(', ')} only since this pod counted as started. The env may be live, and stable may have skipped its messages. Create all consumers before the first one runs, or name their groups: eventRouting({ groups: ${JSON.stringify(all)} })`,
  );
}

/** Several requests at the same time get the same answer. */
function onceAtATime<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}
