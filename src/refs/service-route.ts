/** One pair of `x-service-route`: requests for `service` go to the version `ref`. */
export interface ServiceRef {
  service: string;
  ref: string;
}

/**
 * One side of a pair: bytes of a header value except the separators of the list (`:`), of joined headers and baggage (`,`, `;`),
 * white space, and `%`, so that the list means the same in a header and, percent-encoded, in baggage.
 */
const SIDE = /^[^%:,;\t\n\f\r ]+$/;

/**
 * Reads `payment-service:mp-101::cart-service:mp-102`: `pair *("::" pair)`, `pair = service ":" ref`. One mistake anywhere, and the
 * whole value is malformed (undefined): a list of which half is understood would send a request into half an environment.
 * Whether a name is valid for a Service or a ref is not checked: a name that nothing has selects nothing.
 */
export function parseServiceRoute(value: string): readonly ServiceRef[] | undefined {
  const pairs: ServiceRef[] = [];
  for (const text of value.split('::')) {
    const [service = '', ref = '', more] = text.split(':', 3);
    if (more !== undefined || !SIDE.test(service) || !SIDE.test(ref)) return undefined;
    pairs.push({ service, ref });
  }
  return pairs;
}

/** The only spelling of a list of pairs, for values that `parseServiceRoute` reads. */
export function formatServiceRoute(pairs: readonly ServiceRef[]): string {
  return pairs.map(({ service, ref }) => `${service}:${ref}`).join('::');
}

/**
 * Does a value name the pair's service with another ref? The value may be malformed: among several values of one header, a malformed
 * one also counts as a contradiction.
 */
export function hasOtherRef(value: string, { service, ref }: ServiceRef): boolean {
  const start = `${service}:`;
  const between = `::${start}`;
  if (value.startsWith(start) && !isRefAt(value, start.length, ref)) return true;
  for (let at = value.indexOf(between); at >= 0; at = value.indexOf(between, at + 1)) {
    if (!isRefAt(value, at + between.length, ref)) return true;
  }
  return false;
}

/** What follows may be malformed; it must not make the ref a longer one. */
function isRefAt(value: string, at: number, ref: string): boolean {
  const next = value[at + ref.length] ?? ':';
  return value.startsWith(ref, at) && ':%,; \t'.includes(next);
}
