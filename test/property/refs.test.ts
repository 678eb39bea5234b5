import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requestMismatch } from '../../src/istio/match-request.ts';
import { stringCondition, stringVerdict } from '../../src/istio/string-match.ts';
import type { HTTPMatchRequest, StringMatch } from '../../src/istio/types.ts';
import type { HeaderList } from '../../src/refs/carried.ts';
import { refEntries } from '../../src/refs/entries.ts';
import { ROUTE_HEADERS } from '../../src/refs/names.ts';
import { pick } from '../../src/refs/pick.ts';
import { formatServiceRoute, parseServiceRoute } from '../../src/refs/service-route.ts';
import { joinedRequest } from '../unit/refs/joined-request.ts';
import { REFS, request, settings, value } from './lib/route-context.ts';

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
