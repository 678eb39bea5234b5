import { afterIn, clocks, type Instants, type Process } from './process.ts';
import type { LiveRefs } from './rules.ts';
import type { World } from './world.ts';

const LIST_EVERY_MS = 5_000;
const TOO_OLD_MS = 15_000;

export interface View {
  rev: string;
  refs: LiveRefs;
  /** The incarnation of each live ref. */
  incarnations: ReadonlyMap<string, string>;
}

export interface Answer extends View {
  ageMs: number;
}

interface Held {
  after: string | undefined;
  answer(answer: Answer | undefined): void;
}

/** A replica of the feed. */
export interface Replica {
  process: Process;
  view: View | undefined;
  listStart: Instants;
  /** The number of the list that the view comes from: an older list that comes later is dropped. */
  listNumber: number;
  lists: number;
  held: Set<Held>;
}

export const replica = (process: Process): Replica => ({
  process,
  view: undefined,
  listStart: { monotonic: 0, wall: 0 },
  listNumber: 0,
  lists: 0,
  held: new Set(),
});

export function startReplica(world: World, replica: Replica): void {
  replica.process.isUp = true;
  replica.view = undefined;
  replica.held.clear();
  listAgain(world, replica);
}

function listAgain(world: World, replica: Replica): void {
  list(world, replica);
  afterIn(world.schedule, replica.process, LIST_EVERY_MS, () => listAgain(world, replica));
}

/** What a consistent list says now. */
function listed({ envs }: World): View {
  const live = envs.flatMap(({ subscriber }) => {
    const { value } = subscriber.current;
    return value?.phase === 'Live' ? [value] : [];
  });
  return {
    rev: live.map(({ incarnation, services }) => `${incarnation}=${services}`).join(' '),
    refs: new Map(live.map(({ ref, services }) => [ref, services])),
    incarnations: new Map(live.map(({ ref, incarnation }) => [ref, incarnation])),
  };
}

function list(world: World, replica: Replica): void {
  const { schedule, random, troubles, rules } = world;
  const { process } = replica;
  const start = clocks(schedule, process);
  replica.lists += 1;
  const number = replica.lists;
  const isTroubled = random.chance(troubles.lists);
  const delay = () => (isTroubled ? random.int(100, 14_000) : random.int(2, 40));
  schedule.after(delay(), () => {
    const view = listed(world);
    if (isTroubled && random.chance(0.4)) return;
    afterIn(schedule, process, delay(), () => {
      if (number < replica.listNumber) return;
      replica.listNumber = number;
      show(
        world,
        replica,
        view,
        rules.feedAge === 'since the end of the list' ? clocks(schedule, process) : start,
      );
    });
  });
}

function show(world: World, replica: Replica, view: View, listStart: Instants): void {
  replica.view = view;
  replica.listStart = listStart;
  for (const held of replica.held) if (held.after !== view.rev) release(world, replica, held);
}

function release(world: World, replica: Replica, held: Held): void {
  if (!replica.held.delete(held)) return;
  held.answer(answerOf(world, replica));
}

/** Undefined: 503. */
function answerOf({ schedule, rules }: World, { view, listStart, process }: Replica) {
  // A feed that counts from the answer cannot know that its list is too old, either.
  const isUnknown = rules.feedAge === 'since the answer';
  const ageMs = isUnknown ? 0 : rules.lease.age(listStart, clocks(schedule, process));
  if (view === undefined || ageMs > TOO_OLD_MS) return undefined;
  return { ...view, ageMs };
}

/** A long poll, where it has reached the replica. */
export function poll(
  world: World,
  replica: Replica,
  after: string | undefined,
  waitMs: number,
  answer: Held['answer'],
): void {
  const held = { after, answer };
  replica.held.add(held);
  if (replica.view === undefined || replica.view.rev !== after) release(world, replica, held);
  else afterIn(world.schedule, replica.process, waitMs, () => release(world, replica, held));
}

/** An event of the watch comes to every replica: late, or not at all while the watch is cut. */
export function subscribersChanged(world: World): void {
  const { schedule, random, troubles, rules } = world;
  for (const replica of world.feed) {
    const event = listed(world);
    const isTroubled = random.chance(troubles.watches);
    if (isTroubled && random.chance(0.5)) continue;
    const delay = isTroubled ? random.int(1_000, 90_000) : random.int(5, 500);
    afterIn(schedule, replica.process, delay, () => {
      if (rules.feedView === 'lists') list(world, replica);
      else show(world, replica, event, clocks(schedule, replica.process));
    });
  }
}
