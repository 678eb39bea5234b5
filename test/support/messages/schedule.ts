type Action = () => void;
interface Entry {
  at: number;
  order: number;
  action: Action;
}

/** Events in the order of their times, in milliseconds; those of one time in the order in which they were scheduled. */
export interface Schedule {
  now(): number;
  after(delay: number, action: Action): void;
  /** Runs what is due until then. */
  runUntil(time: number): void;
}

export function schedule(): Schedule {
  const heap: Entry[] = [];
  let time = 0;
  let count = 0;
  return {
    now: () => time,
    after(delay, action) {
      count += 1;
      push(heap, { at: time + Math.max(0, delay), order: count, action });
    },
    runUntil(end) {
      for (let first = heap[0]; first !== undefined && first.at <= end; first = heap[0]) {
        pop(heap);
        time = first.at;
        first.action();
      }
      time = end;
    },
  };
}

const isBefore = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || isBefore(parent, entry)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const childIndex = smallerChild(heap, index);
    const child = heap[childIndex];
    if (child === undefined || isBefore(last, child)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
}

function smallerChild(heap: readonly Entry[], index: number): number {
  const left = heap[2 * index + 1];
  const right = heap[2 * index + 2];
  return left !== undefined && right !== undefined && isBefore(right, left)
    ? 2 * index + 2
    : 2 * index + 1;
}
