import { describe, expect, test } from '@jest/globals';
import { refOf } from '../../src/decision/route.ts';
import { vectors } from '../lib/vectors.ts';

interface Routes {
  serviceRouteHeader: string;
  sourceRouteHeader: string;
  cases: readonly {
    name: string;
    service: string;
    carriers?: readonly string[];
    headers: readonly (readonly [name: string, value: string])[];
    ref: string | null;
  }[];
}

const {
  serviceRouteHeader: service,
  sourceRouteHeader: source,
  cases,
} = vectors<Routes>('routes.yaml');
/** Messages carry no cookies. */
const ours = cases.filter(({ carriers = [] }) => !carriers.includes('cookie'));

describe('clients/vectors/routes.yaml', () => {
  test('has cases without cookies', () => {
    expect(ours.length).toBeGreaterThan(100);
  });

  test.each(ours.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const readsBaggage = one.carriers?.includes('baggage') ?? false;
    const headers = one.headers.map(([name, value]) => [name, Buffer.from(value)] as const);
    expect(refOf(headers, [one.service], { service, source, readsBaggage })).toBe(
      one.ref ?? undefined,
    );
  });
});
