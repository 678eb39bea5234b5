import { describe, expect, test } from '@jest/globals';
import { routeHeadersOf } from '../../src/context/route-headers.ts';
import { decideForRef, decideForStable, type LiveRef } from '../../src/decision/decide.ts';
import { vectors } from '../lib/vectors.ts';

type Value = string | null | { base64: string } | { text: string; times: number; end?: string };

interface Decisions {
  serviceRouteHeader: string;
  sourceRouteHeader: string;
  cases: readonly {
    name: string;
    consumer: 'stable' | LiveRef;
    live?: Readonly<Record<string, readonly string[]>> | null;
    carriers?: readonly string[];
    headers: readonly (readonly [name: string, value: Value])[];
    action: 'handle' | 'skip';
  }[];
}

type Case = Decisions['cases'][number];
const file = vectors<Decisions>('decisions.yaml');

describe('clients/vectors/decisions.yaml', () => {
  test('has different names', () => {
    expect(new Set(file.cases.map(({ name }) => name)).size).toBe(file.cases.length);
  });

  test.each(file.cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const pairs = one.headers.map(([name, value]) => [name, bytes(value)] as const);
    expect(decided(one, pairs)).toBe(one.action);
    // @platformatic/kafka gives names as bytes, too.
    expect(
      decided(
        one,
        pairs.map(([name, value]) => [Buffer.from(name), value] as const),
      ),
    ).toBe(one.action);
    expect(decided(one, asKafkajsGives(pairs))).toBe(one.action);
    // What a handler's requests and messages carry decides as the message does, or names nothing.
    const handedOn = routeHeadersOf(pairs, namesOf(one));
    const isReplaced = Object.values(handedOn).includes(',');
    const expected = isReplaced ? [one.action, decided(one, [])] : [one.action];
    expect(expected).toContain(decided(one, Object.entries(handedOn)));
  });
});

function namesOf({ carriers = [] }: Case) {
  const { serviceRouteHeader: service, sourceRouteHeader: source } = file;
  return { service, source, readsBaggage: carriers.includes('baggage') };
}

function decided(one: Case, headers: Parameters<typeof decideForRef>[0]) {
  const { consumer, live } = one;
  const names = namesOf(one);
  if (consumer !== 'stable') return decideForRef(headers, consumer, names).action;
  const refs = live && Object.entries(live).map(([ref, services]) => ({ ref, services }));
  return decideForStable(headers, refs ?? undefined, names).action;
}

/** An object, with an array where a name is repeated. */
function asKafkajsGives(pairs: readonly (readonly [string, Buffer | null])[]) {
  const headers: Record<string, unknown> = {};
  for (const [name, value] of pairs) {
    const before = headers[name];
    headers[name] = Object.hasOwn(headers, name) ? [before, value].flat() : value;
  }
  return headers;
}

function bytes(value: Value): Buffer | null {
  if (value === null) return null;
  if (typeof value === 'string') return Buffer.from(value);
  if ('base64' in value) return Buffer.from(value.base64, 'base64');
  return Buffer.from(value.text.repeat(value.times) + (value.end ?? ''));
}
