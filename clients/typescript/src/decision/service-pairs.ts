/** A side of a pair: no separator of the list, of joined headers or of baggage, no white space, no percent-encoding. */
const SIDE = /^[^%:,;\t\n\f\r ]+$/;

/** Refs by service of `payment-service:mp-101::cart-service:mp-102`; of a service's several refs the first. Undefined: one mistake anywhere. */
export function readPairs(value: string): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const pair of value.split('::')) {
    const [service = '', ref = '', more] = pair.split(':', 3);
    if (more !== undefined || !SIDE.test(service) || !SIDE.test(ref)) return undefined;
    if (!pairs.has(service)) pairs.set(service, ref);
  }
  return pairs;
}

/** Does a value, which may be malformed, name the service with another ref? */
export function namesOtherRef(value: string, service: string, ref: string): boolean {
  const own = `${service}:`;
  for (let at = value.indexOf(own); at >= 0; at = value.indexOf(own, at + 1)) {
    const isPair = at === 0 || value.startsWith('::', at - 2);
    if (isPair && !isRefAt(value, at + own.length, ref)) return true;
  }
  return false;
}

/** What follows the ref may be malformed, but must not make it a longer one. */
function isRefAt(value: string, at: number, ref: string): boolean {
  return value.startsWith(ref, at) && ':%,; \t'.includes(value[at + ref.length] ?? ':');
}
