import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import { planOf } from '../../src/virtualservice/routes/plan-codec.ts';
import { BASE, injection, routing } from '../unit/virtualservice/builders.ts';
import { mergeOfSize } from './lib/merges.ts';
import { REF_CONFIG } from './lib/virtualservice.ts';
import { admitted, settled, settledWithMerges } from './lib/writes.ts';

/** Envs whose matches need more copies than may be tried. The user's routes of their VirtualService change, too. */

interface Asked {
  matches: number;
  length: number;
  active: boolean;
  day: number;
  ref: string | undefined;
}
const asked: fc.Arbitrary<Asked> = fc.record({
  matches: fc.integer({ min: 1, max: 16 }),
  length: fc.integer({ min: 8, max: 900 }),
  active: fc.boolean(),
  day: fc.integer({ min: 1, max: 9 }),
  ref: fc.constantFrom(undefined, 'mp-1', 'mp-12'),
});
/** The number of routes and the size of each; the place is the merge's name. */
const merges = fc.array(
  fc.record({ count: fc.integer({ min: 1, max: 60 }), bytes: fc.integer({ min: 1, max: 200 }) }),
  { maxLength: 4 },
);
const envs = fc.array(asked, { minLength: 1, maxLength: 6 });
const routes = fc.integer({ min: 1, max: 900 });

const wish = ({ matches, length, active, day }: Omit<Asked, 'ref'>, at: number) =>
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

const withRef = (one: Asked, at: number) => {
  const { spec, ...rest } = wish(one, at);
  return { ...rest, spec: { ...spec, ...(one.ref === undefined ? {} : { ref: one.ref }) } };
};

it('the same of envs with refs beside merges, whose routes are copied, too', () => {
  const all = [routes, routes, envs, envs, merges, merges] as const;
  fc.assert(
    fc.property(...all, (few, many, before, after, sizes, later) => {
      const first = sizes.map((size, at) => mergeOfSize(`m${at}`, 1, size));
      const second = later.map((size, at) => mergeOfSize(`m${at}`, 2, size));
      let vs = settledWithMerges(object(few), before.map(withRef), first);
      vs = settledWithMerges(vs, after.map(withRef), second);
      const rewritten = { ...object(many), metadata: vs.metadata };
      vs = settledWithMerges(
        admitted(rewritten, vs, 'jane', REF_CONFIG),
        after.map(withRef),
        second,
      );
      vs = settledWithMerges(vs, before.map(withRef), first);
      expect(planOf(vs)?.injections.length ?? 0).toBeLessThanOrEqual(before.length);
      vs = settledWithMerges(vs, [], []);
      expect(vs.spec).toEqual(object(many).spec);
    }),
    { numRuns: 4 },
  );
}, 60_000);
