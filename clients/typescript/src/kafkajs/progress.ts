/** What is known of one partition since it was assigned. Offsets are those of messages, but for `seenTo` and `committed`. */
interface State {
  /** Everything before it was handed to the application, skipped, or is no message. */
  seenTo: bigint;
  committed: bigint;
  /** First message that was handed to the application and is not known to be committed. */
  firstOpen?: bigint;
  lastHandled: bigint;
}

/** Where a group could be committed without the application: behind messages that it never sees. */
export interface Progress {
  /** A batch begins here: behind a failed one it comes again, and its messages may now be decided in another way. */
  reads(topic: string, partition: number, first: string): void;
  handled(topic: string, partition: number, first: string, last?: string): void;
  /** Skipped, or a record that is no message. */
  skipped(topic: string, partition: number, last: string): void;
  committed(topic: string, partition: number, offset: string): void;
  /** The offset to commit, if that does not go over a message that the application has not committed. */
  toCommit(topic: string, partition: number): string | undefined;
  /** After a new assignment. */
  clear(): void;
}

export function progressOf(): Progress {
  const states = new Map<string, State>();
  const stateOf = (topic: string, partition: number): State => {
    const key = `${topic}/${partition}`;
    const state = states.get(key) ?? { seenTo: -1n, committed: -1n, lastHandled: -1n };
    states.set(key, state);
    return state;
  };
  return {
    reads: (topic, partition, first) => rewind(stateOf(topic, partition), BigInt(first)),
    handled: (topic, partition, first, last = first) => {
      const state = stateOf(topic, partition);
      rewind(state, BigInt(first));
      state.firstOpen ??= BigInt(first);
      state.lastHandled = BigInt(last);
      state.seenTo = larger(state.seenTo, state.lastHandled + 1n);
    },
    skipped: (topic, partition, last) => {
      const state = stateOf(topic, partition);
      rewind(state, BigInt(last));
      state.seenTo = BigInt(last) + 1n;
    },
    committed: (topic, partition, offset) => {
      const state = stateOf(topic, partition);
      state.committed = BigInt(offset);
      if (state.firstOpen === undefined || state.committed <= state.firstOpen) return;
      if (state.committed > state.lastHandled) delete state.firstOpen;
      else state.firstOpen = state.committed;
    },
    toCommit: (topic, partition) => {
      const { firstOpen, seenTo, committed } = stateOf(topic, partition);
      return firstOpen === undefined && seenTo > committed ? String(seenTo) : undefined;
    },
    clear: () => states.clear(),
  };
}

/** A message again, after a failed handler or a seek: what was seen from there on does not count any more. */
function rewind(state: State, offset: bigint): void {
  if (offset >= state.seenTo) return;
  state.seenTo = offset;
  if (state.firstOpen === undefined) return;
  if (state.firstOpen >= offset) delete state.firstOpen;
  else if (state.lastHandled >= offset) state.lastHandled = offset - 1n;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
