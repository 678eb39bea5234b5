import type { BrokerAdmin } from '../../../clients/typescript/src/broker/port.ts';
import type { Routing } from '../../../clients/typescript/src/routing/types.ts';

/** A library that has one part taken out: an env's group begins at the end of the log, and not where stable is. */
export function startingAtTheEnd(routing: Routing, base: string): Routing {
  const without = (admin: BrokerAdmin): BrokerAdmin => ({
    ...admin,
    committed: async (group, topics) =>
      group === base ? new Map() : admin.committed(group, topics),
    earliest: (topics) => admin.ends(topics, 'read_committed'),
  });
  return {
    ...routing,
    join: (group) =>
      routing.join({
        ...group,
        openAdmin: (use) => group.openAdmin((admin) => use(without(admin))),
      }),
  };
}
