/** One consumer of the process, as readiness sees it. */
interface Entry {
  base: string;
  isAssigned: boolean;
}

/** Which groups are to be consumed, and whether all of them are assigned. */
export interface GroupStates {
  /** Registers a group; the answer notes that it is assigned. */
  add(base: string): () => void;
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
      const entry = { base, isAssigned: false };
      entries.push(entry);
      return () => {
        entry.isAssigned = true;
        if (areAssigned()) onAssigned();
      };
    },
  };
}
