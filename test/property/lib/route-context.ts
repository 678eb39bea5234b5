import fc from 'fast-check';
import type { HeaderList } from '../../../src/refs/carried.ts';
import { ROUTE_HEADERS } from '../../../src/refs/names.ts';
import type { Carrier } from '../../../src/refs/pick.ts';

export const SERVICES = ['cart', 'my-cart', 'cart-v2', 'a'];
/** Some of these refs start with another one. */
export const REFS = ['mp-1', 'mp-12', 'mp', 'x-mp-1', 'mp-1-2-3-4-5-6'];

const words = fc.constantFrom(...SERVICES, ...REFS, 'MP-1', 'mp-1-2-3-4-5-7', 'é', '.*');
const marks = fc.constantFrom(':', '::', '%3A', '%3a', '%', ',', ';', '=', '"', ' ', '\t', '');
const names = fc.constantFrom('x-service-route', 'x-source-route', 'user', 'x-service-route-2');
/** Mostly valid pairs, some with an additional separator. */
const pair = fc
  .tuple(fc.constantFrom(...SERVICES), fc.constantFrom(':', '%3A', '%3a'), words)
  .map((parts) => parts.join(''));
const list = fc
  .array(fc.oneof({ weight: 8, arbitrary: pair }, marks, words), { minLength: 1, maxLength: 4 })
  .chain((parts) =>
    fc.constantFrom('::', '::', '::', '%3A:', ':', ',').map((between) => parts.join(between)),
  );
export const value = fc.oneof(
  list,
  words,
  fc.array(fc.oneof(words, marks)).map((all) => all.join('')),
);
const ref = fc.constantFrom(...REFS);
const good = fc.oneof(
  ref.map((text) => `x-source-route=${text}`),
  pair.map((text) => `x-service-route=${text}`),
);
const blanks = fc.constantFrom('', '', ' ', '\t');
const member = fc.oneof(
  good,
  fc
    .tuple(blanks, names, blanks, fc.constantFrom('=', '=', '= ', ''), value, blanks)
    .map((parts) => parts.join('')),
);
const carried = (separator: string) =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: member }, value), { maxLength: 4 })
    .map((all) => all.join(separator));
const quoted = value.map((text) => `x-source-route="${text}"`);
const header = fc.oneof(
  fc.tuple(fc.constantFrom('x-service-route', 'X-Service-Route'), list),
  fc.tuple(fc.constant('x-source-route'), fc.oneof(ref, value)),
  fc.tuple(fc.constant('baggage'), carried(',')),
  fc.tuple(fc.constant('baggage'), carried(' , ')),
  fc.tuple(fc.constant('cookie'), carried('; ')),
  fc.tuple(fc.constant('cookie'), quoted),
  fc.tuple(fc.constant('tracestate'), carried(',')),
);
/** Headers of requests that carry refs in every way, and in many wrong ways. */
export const request: fc.Arbitrary<HeaderList> = fc.oneof(
  fc.array(header, { maxLength: 5 }),
  // Requests without the route headers, because baggage and cookies count only then.
  fc.array(header, { maxLength: 4 }).map((all) => all.filter(([name]) => !/^x-/i.test(name))),
);
const carriers = fc.subarray<Carrier>(['baggage', 'cookie']);
export const settings = carriers.map((all) => ({ headers: ROUTE_HEADERS, carriers: all }));
