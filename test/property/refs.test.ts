import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requestMismatch } from '../../src/istio/match-request.ts';
import { stringCondition, stringVerdict } from '../../src/istio/string-match.ts';
import type { HTTPMatchRequest, StringMatch } from '../../src/istio/types.ts';
import type { HeaderList } from '../../src/refs/carried.ts';
import { refEntries } from '../../src/refs/entries.ts';
import { ROUTE_HEADERS } from '../../src/refs/names.ts';
import { type Carrier, pick } from '../../src/refs/pick.ts';
import { formatServiceRoute, parseServiceRoute } from '../../src/refs/service-route.ts';
import { joinedRequest } from '../unit/refs/joined-request.ts';

const SERVICES = ['cart', 'my-cart', 'cart-v2', 'a'];
/** Some of these refs start with another one. */
const REFS = ['mp-1', 'mp-12', 'mp', 'x-mp-1', 'mp-1-2-3-4-5-6'];

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
const value = fc.oneof(
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
const request: fc.Arbitrary<HeaderList> = fc.oneof(
  fc.array(header, { maxLength: 5 }),
  // Requests without the route headers, because baggage and cookies count only then.
  fc.array(header, { maxLength: 4 }).map((all) => all.filter(([name]) => !/^x-/i.test(name))),
);
const carriers = fc.subarray<Carrier>(['baggage', 'cookie']);
const settings = carriers.map((all) => ({ headers: ROUTE_HEADERS, carriers: all }));

/**
 * Envoy 1.39 and later: of a repeated header, at least one value must meet a condition, and no value may meet an
 * inverted one.
 */
function meetsEach(entry: HTTPMatchRequest, sent: HeaderList): boolean {
  const values = (name: string) =>
    sent
      .filter(([key]) => key.toLowerCase() === name.toLowerCase())
      .map(([, text]) => text.replace(/^[ \t]+|[ \t]+$/g, ''));
  const any = ([name, match]: [string, StringMatch], missing: string[]) => {
    const all = values(name);
    return (all.length > 0 ? all : missing).some((text) => stringVerdict(match, text) === true);
  };
  const isPresence = (match: StringMatch) => stringCondition(match).kind === 'present';
  return (
    Object.entries(entry.headers ?? {}).every((one) => any(one, [])) &&
    !Object.entries(entry.withoutHeaders ?? {}).some((one) =>
      any(one, isPresence(one[1]) ? [] : ['']),
    )
  );
}

describe('for every request', () => {
  test.each(['joined', 'each'] as const)(
    'only the entries of the selected ref match (repeated headers %s)',
    (how) => {
      let picks = 0;
      fc.assert(
        fc.property(request, settings, (sent, rules) => {
          const meets = (entry: HTTPMatchRequest) =>
            how === 'each'
              ? meetsEach(entry, sent)
              : requestMismatch(entry, joinedRequest(sent)) === undefined;
          const matching = REFS.filter((ref) =>
            refEntries({ service: 'cart', ref }, rules, true).some(meets),
          );
          const picked = pick('cart', sent, rules, how);
          picks += Number(picked !== undefined);
          expect(matching).toEqual(picked !== undefined && REFS.includes(picked) ? [picked] : []);
        }),
        { numRuns: 1500 },
      );
      expect(picks).toBeGreaterThan(150);
    },
  );

  test('a cookie selects nothing if there is no gateway', () => {
    fc.assert(
      fc.property(request, (sent) => {
        const rules = { headers: ROUTE_HEADERS, carriers: ['baggage', 'cookie'] as const };
        const matching = REFS.filter((ref) =>
          refEntries({ service: 'cart', ref }, rules, false).some((entry) =>
            meetsEach(entry, sent),
          ),
        );
        const picked = pick('cart', sent, { ...rules, carriers: ['baggage'] }, 'each');
        expect(matching).toEqual(picked !== undefined && REFS.includes(picked) ? [picked] : []);
      }),
    );
  });
});

describe('lists of pairs', () => {
  const side = fc.string({ unit: fc.constantFrom('a', '-', '.', '=', 'é', '"'), minLength: 1 });
  const pairs = fc.array(fc.record({ service: side, ref: side }), { minLength: 1 });

  test('what is formatted is parsed as the same list', () => {
    fc.assert(
      fc.property(pairs, (all) => {
        expect(parseServiceRoute(formatServiceRoute(all))).toEqual(all);
      }),
    );
  });

  test('what is parsed is formatted as the same text', () => {
    fc.assert(
      fc.property(value, (text) => {
        const read = parseServiceRoute(text);
        if (read !== undefined) expect(formatServiceRoute(read)).toBe(text);
      }),
    );
  });
});
