/** True time, in milliseconds. Everything happens in it, one event after the other. */
export interface VirtualTime {
  now(): number;
  /** The result cancels it. */
  at(time: number, call: () => void): () => void;
  run(until: number): Promise<void>;
}

interface Event {
  time: number;
  call: () => void;
}

export function createVirtualTime(): VirtualTime {
  const events = new Set<Event>();
  let now = 0;
  const earliest = (): Event | undefined => {
    let first: Event | undefined;
    for (const event of events) if (first === undefined || event.time < first.time) first = event;
    return first;
  };
  return {
    now: () => now,
    at: (time, call) => {
      const event = { time: Math.max(time, now), call };
      events.add(event);
      return () => events.delete(event);
    },
    run: async (until) => {
      for (let event = earliest(); event && event.time <= until; event = earliest()) {
        events.delete(event);
        now = event.time;
        event.call();
        // All promises that this resolved go on before the next event.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
