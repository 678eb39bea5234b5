/** One consumer of the process, as readiness sees it. */
interface Entry {
  base: string;
  isAssigned: boolean;
  /** Its start has failed: it still keeps the port closed, and the next consumer of the group takes its place. */
  isAbandoned: boolean;
}

/** A group that is registered. */
export interface Registered {
  /** Notes that it is assigned. */
  assigned(): void;
  /**
   * Notes that its consumer did not start. The group stays one that is to be consumed: without it the env would become live, and nobody
   * would handle this group's messages. Does nothing if it was assigned before.
   */
  abandoned(): void;
}

/** Which groups are to be consumed, and whether all of them are assigned. */
export interface GroupStates {
  /** Registers a consumer of a group, in place of one that was abandoned. */
  add(base: string): Registered;
  areAssigned(): boolean;
}

/** `expected`: groups that must be there, too. `onAssigned` is called whenever all groups are assigned. */
export function groupStates(expected: readonly string[], onAssigned: () => void): GroupStates {
  const entries: Entry[] = [];
  const areAssigned = () =>
    entries.length > 0 &&
    entries.every(({ isAssigned }) => isAssigned) &&
    expected.every((base) => entries.some((entry) => entry.base === base));
  return {
    areAssigned,
    add: (base) => {
      const entry: Entry = { base, isAssigned: false, isAbandoned: false };
      const replaced = entries.findIndex((one) => one.isAbandoned && one.base === base);
      entries.splice(replaced < 0 ? entries.length : replaced, 1, entry);
      return {
        assigned: () => {
          entry.isAssigned = true;
          entry.isAbandoned = false;
          if (areAssigned()) onAssigned();
        },
        abandoned: () => {
          entry.isAbandoned = !entry.isAssigned;
        },
      };
    },
  };
}
