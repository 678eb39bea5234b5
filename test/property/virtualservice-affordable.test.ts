import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import { planOf } from '../../src/virtualservice/routes/plan-codec.ts';
import { BASE, injection, routing } from '../unit/virtualservice/builders.ts';
import { admitted, settled } from './lib/writes.ts';

/** Envs whose matches need more copies than may be tried. The user's routes of their VirtualService change, too. */

interface Asked {
  matches: number;
  length: number;
  active: boolean;
  day: number;
}
const asked: fc.Arbitrary<Asked> = fc.record({
  matches: fc.integer({ min: 1, max: 16 }),
  length: fc.integer({ min: 8, max: 900 }),
  active: fc.boolean(),
  day: fc.integer({ min: 1, max: 9 }),
});
const envs = fc.array(asked, { minLength: 1, maxLength: 6 });
const routes = fc.integer({ min: 1, max: 900 });

const wish = ({ matches, length, active, day }: Asked, at: number) =>
  injection({
    env: `e${at}`,
    clone: `backend-e${at}`,
    active,
    envCreationTimestamp: `2026-01-0${day}T00:00:00Z`,
    matches: Array.from({ length: matches }, (_, index) => ({
      headers: { user: { exact: `${at}-${index}`.padEnd(length, 'x') } },
    })),
  });
const object = (count: number) => routing(Array.from({ length: count }, () => BASE));

it('sync and admission agree on which copies are too expensive: after one write of each, nothing changes any more', () => {
  fc.assert(
    fc.property(routes, routes, envs, envs, (few, many, before, after) => {
      let vs = settled(object(few), before.map(wish));
      vs = settled(vs, after.map(wish));
      const { annotations = {} } = vs.metadata;
      const rewritten = { ...object(many), metadata: { ...vs.metadata, annotations } };
      vs = settled(admitted(rewritten, vs, 'jane'), after.map(wish));
      vs = settled(vs, before.map(wish));
      expect(planOf(vs)?.injections.length ?? 0).toBeLessThanOrEqual(before.length);
    }),
    { numRuns: 8 },
  );
}, 60_000);
