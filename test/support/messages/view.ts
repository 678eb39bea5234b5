import { type Answer, poll } from './feed.ts';
import { afterIn, clocks, type Instants, type Process } from './process.ts';
import type { LiveRefs } from './rules.ts';
import type { World } from './world.ts';

const POLL_WAIT_MS = 8_000;
const FIRST_WAIT_MS = 30_000;

interface Answered {
  answer: Answer;
  sent: Instants;
}

/** Asks one of the replicas. Undefined: no answer, 503, or the client waits no longer. */
export function ask(
  world: World,
  process: Process,
  request: { after: string | undefined; waitMs: number; timeoutMs: number },
  then: (answered: Answered | undefined) => void,
): void {
  const { schedule, random, troubles } = world;
  const replica = random.pick(world.feed);
  const sent = clocks(schedule, process);
  let isOver = false;
  const end = (answered: Answered | undefined) => {
    if (isOver) return;
    isOver = true;
    then(answered);
  };
  afterIn(schedule, process, request.timeoutMs, () => end(undefined));
  const isTroubled = random.chance(troubles.requests);
  if (isTroubled && random.chance(troubles.requests === 1 ? 1 : 0.5)) return;
  const delay = () => (isTroubled ? random.int(100, 9_000) : random.int(1, 60));
  afterIn(schedule, replica.process, delay(), () =>
    poll(world, replica, request.after, request.waitMs, (answer) =>
      afterIn(schedule, process, delay(), () => end(answer && { answer, sent })),
    ),
  );
}

/** What a pod of stable believes. */
export interface Knowledge {
  refs: LiveRefs;
  freshUntil: Instants | undefined;
}

/** Polls as long as the process lives; `ready`: with the first answer, or after 30 s without one. */
export function follow(world: World, process: Process, ready: () => void): Knowledge {
  const { schedule, random, rules } = world;
  const knowledge: Knowledge = { refs: new Map(), freshUntil: undefined };
  let isReady = false;
  const becomeReady = () => {
    if (isReady) return;
    isReady = true;
    ready();
  };
  afterIn(schedule, process, FIRST_WAIT_MS, becomeReady);
  let rev: string | undefined;
  function again(): void {
    const request = { after: rev, waitMs: POLL_WAIT_MS, timeoutMs: POLL_WAIT_MS + 4_000 };
    ask(world, process, request, (answered) => {
      if (answered === undefined) {
        afterIn(schedule, process, random.int(300, 1_500), again);
        return;
      }
      const { answer, sent } = answered;
      const freshUntil = rules.lease.freshUntil(sent, answer.ageMs);
      if (
        knowledge.freshUntil === undefined ||
        rules.lease.isLater(freshUntil, knowledge.freshUntil, clocks(schedule, process))
      ) {
        knowledge.freshUntil = freshUntil;
        knowledge.refs = answer.refs;
        rev = answer.rev;
      }
      becomeReady();
      afterIn(schedule, process, random.int(100, 400), again);
    });
  }
  again();
  return knowledge;
}

export function isFresh({ schedule, rules }: World, process: Process, known: Knowledge): boolean {
  if (known.freshUntil === undefined) return false;
  return rules.lease.isFresh(known.freshUntil, clocks(schedule, process));
}
