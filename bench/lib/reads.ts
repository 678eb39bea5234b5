/** A Proxy of the value that counts every property read. The count does not depend on the load of the machine. */
export function counted<T extends object>(value: T): { value: T; reads: () => number } {
  let count = 0;
  const known = new WeakMap<object, object>();
  const wrap = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner;
    const before = known.get(inner);
    if (before !== undefined) return before;
    const proxy = new Proxy(inner, {
      get: (target, key) => {
        count += 1;
        return wrap(Reflect.get(target, key));
      },
    });
    known.set(inner, proxy);
    return proxy;
  };
  return { value: wrap(value) as T, reads: () => count };
}
