export interface MaxHeap {
  push: (value: number) => void;
  /** Takes the largest number out; undefined if there is none. */
  pop: () => number | undefined;
}

/** A binary heap of numbers. */
export function maxHeap(): MaxHeap {
  const heap: number[] = [];
  const at = (index: number) => heap[index] ?? Number.NEGATIVE_INFINITY;
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [at(b), at(a)];
  };
  return {
    push: (value) => {
      let index = heap.push(value) - 1;
      for (let up = (index - 1) >> 1; index > 0 && at(up) < at(index); up = (index - 1) >> 1) {
        swap(up, index);
        index = up;
      }
    },
    pop: () => {
      const largest = heap[0];
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return largest;
      heap[0] = last;
      for (let index = 0; ; ) {
        const left = 2 * index + 1;
        const child = at(left) < at(left + 1) ? left + 1 : left;
        if (at(child) <= at(index)) return largest;
        swap(index, child);
        index = child;
      }
    },
  };
}
