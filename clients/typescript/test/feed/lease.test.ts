import { describe, expect, test } from '@jest/globals';
import {
  type Instant,
  isFresh,
  LEASE_MS,
  laterView,
  type View,
  viewOf,
} from '../../src/feed/lease.ts';
import { vectors } from '../lib/vectors.ts';

interface Lease {
  leaseMs: number;
  cases: readonly {
    name: string;
    answers: readonly {
      rev: string;
      sent: Instant;
      received: Instant;
      ageMs: number;
      leaseMs: number;
    }[];
    at: Instant;
    fresh: boolean;
    rev: string;
  }[];
}

const file = vectors<Lease>('lease.yaml');

describe('clients/vectors/lease.yaml', () => {
  test('has the same lease', () => {
    expect(LEASE_MS).toBe(file.leaseMs);
  });

  test.each(file.cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const view = one.answers.reduce<View | undefined>(
      (known, { sent, received, ...answer }) =>
        laterView(known, viewOf({ ...answer, live: [] }, sent), received),
      undefined,
    );
    expect(view?.rev).toBe(one.rev);
    expect(isFresh(view, one.at)).toBe(one.fresh);
  });
});
