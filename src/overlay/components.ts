/**
 * The strongly connected component of each number below `count`: two numbers are in the same one if and only if each can be reached
 * from the other (Kosaraju's algorithm, without recursion: a chain may be long). An edge lies in a cycle if and only if
 * both of its ends are in the same component.
 */
export function componentsOf(
  count: number,
  edges: readonly { from: number; to: number }[],
): number[] {
  const outgoing = Array.from({ length: count }, (): number[] => []);
  const incoming = Array.from({ length: count }, (): number[] => []);
  for (const { from, to } of edges) {
    outgoing[from]?.push(to);
    incoming[to]?.push(from);
  }
  const component = new Array<number>(count).fill(NONE);
  const add = (number: number, root: number, reached: number[]) => {
    if (component[number] !== NONE) return;
    component[number] = root;
    reached.push(number);
  };
  for (const root of finished(outgoing).reverse()) {
    const reached: number[] = [];
    add(root, root, reached);
    // The loop also visits what is added meanwhile.
    for (const one of reached) for (const next of incoming[one] ?? []) add(next, root, reached);
  }
  return component;
}

const NONE = -1;

/** The numbers in the order in which a depth-first search leaves them. */
function finished(outgoing: readonly (readonly number[])[]): number[] {
  const left: number[] = [];
  const isSeen = new Array<boolean>(outgoing.length).fill(false);
  for (const start of outgoing.keys()) {
    if (isSeen[start]) continue;
    isSeen[start] = true;
    const path = [{ at: start, edge: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = outgoing[top.at]?.[top.edge];
      top.edge += 1;
      if (next === undefined) {
        left.push(top.at);
        path.pop();
      } else if (!isSeen[next]) {
        isSeen[next] = true;
        path.push({ at: next, edge: 0 });
      }
    }
  }
  return left;
}
