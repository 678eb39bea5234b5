import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pick } from '../../../../src/refs/pick.ts';
import { decideForRef, decideForStable, type LiveRef } from '../../src/decision/decide.ts';
import { refOf } from '../../src/decision/route.ts';

const names = { service: 'x-service-route', source: 'x-source-route', readsBaggage: true };
const SERVICES = ['order-service', 'order-admin', 'order'] as const;
const REFS = ['mp-101', 'mp-1012', 'mp-102', 'rc'] as const;

const service = fc.constantFrom(...SERVICES, 'payment-service');
const ref = fc.constantFrom(...REFS, 'MP-101', 'mp-101-', '', 'mp 1');
const pair = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(service, ref).map((parts) => parts.join(':')) },
  fc.constantFrom('', ':', 'order-service', 'order-service:', 'a:b:c', 'order%3Amp-101'),
);
const list = fc.array(pair, { maxLength: 4 }).map((pairs) => pairs.join('::'));
const around = fc.constantFrom('', ' ', '\t', '"', ',', ';a=b');
const text = fc.oneof(
  list,
  ref,
  fc.tuple(around, fc.oneof(list, ref), around).map((all) => all.join('')),
);
const baggage = fc
  .array(
    fc.tuple(
      fc.constantFrom('x-service-route', 'x-source-route', 'userId'),
      fc.constantFrom('=', ' = ', ''),
      text,
    ),
    { maxLength: 4 },
  )
  .map((members) => members.map((parts) => parts.join('')).join(','));
const header = fc.oneof(
  fc.tuple(fc.constantFrom('x-service-route', 'X-Source-Route', 'x-source-route', 'other'), text),
  fc.tuple(fc.constantFrom('baggage', 'Baggage'), baggage),
);
const headers = fc.array(header, { maxLength: 4 });
const someServices = fc.subarray([...SERVICES], { minLength: 1 });

describe('who handles a message', () => {
  test('the same law as the routes of requests', () => {
    fc.assert(
      fc.property(
        headers,
        fc.constantFrom(...SERVICES),
        fc.boolean(),
        (sent, one, readsBaggage) => {
          const carriers = readsBaggage ? (['baggage'] as const) : [];
          const expected = pick(one, sent, { headers: names, carriers }, 'joined');
          expect(refOf(sent, [one], { ...names, readsBaggage })).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('exactly one of stable and the envs of a workload', () => {
    fc.assert(
      fc.property(headers, fc.subarray([...REFS]), someServices, (sent, refs, services) => {
        const live = refs.map((one) => ({ ref: one, services }));
        expect(handlers(sent, live)).toHaveLength(1);
      }),
      { numRuns: 2000 },
    );
  });

  test('at least one if incarnations know different services, and stable only if no env does', () => {
    const liveRefs = fc.uniqueArray(
      fc.record({ ref: fc.constantFrom(...REFS), services: someServices }),
      { selector: (one) => one.ref },
    );
    fc.assert(
      fc.property(headers, liveRefs, (sent, live) => {
        const all = handlers(sent, live);
        expect(all.length).toBeGreaterThan(0);
        expect(all.length === 1 || !all.includes('stable')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('two workloads on one topic: exactly one of each', () => {
    fc.assert(
      fc.property(headers, fc.subarray([...REFS]), fc.subarray([...REFS]), (sent, ones, others) => {
        const at = (refs: readonly string[], services: string[]) =>
          handlers(
            sent,
            refs.map((one) => ({ ref: one, services })),
          );
        expect(at(ones, ['order-service'])).toHaveLength(1);
        expect(at(others, ['order-admin', 'order'])).toHaveLength(1);
      }),
    );
  });

  test('stable skips nothing while live refs are not known', () => {
    fc.assert(
      fc.property(headers, (sent) => {
        expect(decideForStable(sent, undefined, names).action).toBe('handle');
      }),
    );
  });
});

function handlers(
  sent: readonly (readonly [string, string])[],
  live: readonly LiveRef[],
): string[] {
  const envs = live.filter((one) => decideForRef(sent, one, names).action === 'handle');
  const isStable = decideForStable(sent, live, names).action === 'handle';
  return [...envs.map((one) => one.ref), ...(isStable ? ['stable'] : [])];
}

describe('whatever the headers are', () => {
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    fc.anything(),
    fc.array(fc.anything()),
  );
  const name = fc.oneof(
    fc.constantFrom('x-service-route', 'X-SOURCE-ROUTE', 'baggage', '__proto__', 'constructor'),
    fc.string(),
    fc.anything(),
  );
  const live = [{ ref: 'mp-101', services: ['order-service'] }];
  const decideAll = (sent: unknown) => {
    const given = sent as Parameters<typeof decideForStable>[0];
    return [
      decideForStable(given, live, names),
      decideForRef(given, { ref: 'mp-101', services: ['order-service'] }, names),
    ];
  };

  test('a decision does not fail', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(fc.tuple(name, value)), fc.dictionary(fc.string(), value), fc.anything()),
        (sent) => {
          for (const { action } of decideAll(sent)) expect(['handle', 'skip']).toContain(action);
        },
      ),
      { numRuns: 1000 },
    );
  });

  // The bounds are far above what is needed: they catch quadratic costs on any machine.
  test.each<[string, () => unknown]>([
    ['a value of 1 MiB', () => ({ 'x-service-route': Buffer.alloc(1_048_576, 'a:b::') })],
    ['a name of 1 MiB', () => ({ ['x'.repeat(1_048_576)]: Buffer.from('mp-101') })],
    [
      '10,000 headers',
      () => Array.from({ length: 10_000 }, (_, id) => [`header-${id}`, Buffer.from('v')]),
    ],
    [
      '10,000 repetitions',
      () => Array.from({ length: 10_000 }, () => ['x-source-route', Buffer.from('mp-101')]),
    ],
    [
      'an array of 200,000 values',
      () => ({ 'x-source-route': Array(200_000).fill(Buffer.alloc(0)) }),
    ],
    ['16 KiB of colons', () => ({ 'x-service-route': Buffer.alloc(16_384, ':') })],
    [
      '16 KiB of blanks within',
      () => ({ 'x-source-route': Buffer.from(`a${' '.repeat(16_000)}a`) }),
    ],
    [
      '16 KiB of members',
      () => ({ baggage: Buffer.alloc(16_384, 'x-service-route=order-service:mp,') }),
    ],
  ])('%s costs little', (_, make) => {
    const sent = make();
    const started = performance.now();
    for (let turn = 0; turn < 20; turn += 1) decideAll(sent);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
