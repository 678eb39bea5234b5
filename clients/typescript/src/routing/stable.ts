import { decideForStable } from '../decision/decide.ts';
import { CLOCKS } from '../feed/clocks.ts';
import { followLiveRefs } from '../feed/live-refs.ts';
import type { StableSettings } from '../settings/settings.ts';
import type { Part } from './part.ts';
import type { Log } from './types.ts';

/** How long the start of consumption waits for the feed's first answer. */
const FIRST_WAIT_MS = 30_000;

/** The part of the base's consumer: its group stays as it is. */
export function stablePart(settings: StableSettings, log: Log): Part {
  const { feed, workload, names, whenBlind } = settings;
  const live = followLiveRefs({ feed, workload, clocks: CLOCKS, log });
  let isClosed = false;
  return {
    decide: (headers) => decideForStable(headers, live.current(), names),
    join: async ({ base }) => ({
      groupId: base,
      reset: 'earliest',
      assigned: () => {},
      abandoned: () => {},
    }),
    mayConsume: async () => {
      while (!(await live.known(FIRST_WAIT_MS)) && !isClosed) {
        const handles = whenBlind === 'handle';
        const what = handles
          ? 'handles the messages of all refs until there is one'
          : 'waits for one (DYNAMICENV_WHEN_BLIND)';
        log(`No answer of the feed for 30 s: this consumer ${what}`);
        if (handles) return;
      }
    },
    close: async () => {
      isClosed = true;
      live.close();
    },
  };
}
