import { describe, expect, it } from '@jest/globals';
import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import type { VirtualService } from '../../../src/istio/types.ts';
import { NO_MERGES } from '../../../src/virtualservice/merges/decide.ts';
import { decidePlan, renderPlan } from '../../../src/virtualservice/pipeline.ts';
import { roomOf } from '../../../src/virtualservice/plan/room.ts';
import { MAX_PLAN_BYTES } from '../../../src/virtualservice/routes/limits.ts';
import {
  type Plan,
  samePlan,
  serializePlan,
} from '../../../src/virtualservice/routes/plan-codec.ts';
import { withoutOurs } from '../../../src/virtualservice/routes/strip.ts';
import {
  BASE,
  consumer,
  injection,
  plan,
  planEntry,
  planNote,
  routing,
  SCOPE,
  to,
  users,
} from './builders.ts';

const object = routing([BASE]);
const decide = (injections: RouteInjection[], vs = object) => {
  const { plan: made, notes } = decidePlan(
    vs,
    { injections, ...NO_MERGES },
    roomOf(withoutOurs(vs), undefined),
    SCOPE,
    undefined,
    new Date(0),
  );
  return { plan: made, notes };
};
const cut = (whole: Plan, vs: VirtualService) =>
  renderPlan(withoutOurs(vs), whole, roomOf(withoutOurs(vs), undefined), SCOPE).plan;
const TOO_LARGE =
  'this VirtualService has no room for more routes; delete an env, or split the VirtualService';

describe('a plan', () => {
  it('contains the active injections of subsets, older envs first', () => {
    const old = { env: 'old', envCreationTimestamp: '2025-01-01T00:00:00Z' };
    const matches = [{ headers: { a: { exact: 'b' } } }];
    const injections = [
      injection(),
      injection({ env: 'pending', active: false }),
      consumer({ env: 'consumer' }),
      injection({ ...old, matches }),
    ];
    const expected = { plan: plan([planEntry({ ...old, matches }), planEntry()]), notes: [] };
    expect(decide(injections)).toEqual(expected);
    expect(decide(injections.toReversed())).toEqual(expected);
  });

  it('is empty for a VirtualService with the ignore mark', () => {
    const ignored = routing([BASE], { labels: { 'riskified.com/ignore': 'true' } });
    const notes = [planNote('skipped', 'it is marked riskified.com/ignore: "true"')];
    expect(decide([injection()], ignored)).toEqual({ plan: plan([], { notes }), notes });
  });

  it('contains notes about all injections, in a fixed order', () => {
    const vs = routing([{ route: [to('backend', 'x')] }, { name: 'r', route: [to()] }]);
    const unguarded = (env: string) => planNote('unguarded', expect.any(String) as never, { env });
    const skipped = (env: string) => planNote('skipped', expect.any(String) as never, { env });
    const expected = [skipped('a'), unguarded('a'), skipped('b'), unguarded('b')];
    const byMessage = expect.arrayContaining(expected) as never;
    const { notes, plan: made } = decide([injection({ env: 'b' }), injection({ env: 'a' })], vs);
    expect(notes).toEqual(byMessage);
    expect(notes.map(({ env }) => env)).toEqual(['a', 'a', 'b', 'b']);
    expect(made.notes).toEqual(notes);
    expect(decide([injection({ env: 'a' }), injection({ env: 'b' })], vs).notes).toEqual(notes);
  });

  it('tries copies of an injection that grew only after those of unchanged ones in the plan', () => {
    const vs = users(Array.from({ length: 800 }, () => BASE));
    const matches = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ headers: { user: { exact: `a${at}` } } }));
    const older = { env: 'older', envCreationTimestamp: '2025-01-01T00:00:00Z' };
    const present = plan([
      planEntry({ ...older, matches: matches(1) }),
      planEntry({ matches: matches(3) }),
    ]);
    const now = [injection({ ...older, matches: matches(16) }), injection({ matches: matches(3) })];
    const asked = { injections: now, ...NO_MERGES };
    const made = decidePlan(vs, asked, roomOf(vs, undefined), SCOPE, present, new Date(0));
    expect(made.plan.injections).toEqual([planEntry({ matches: matches(3) })]);
    expect(made.notes).toEqual([planNote('too-large', TOO_LARGE, { env: 'older' })]);
  });

  it('omits and reports what has no room', () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      injection({
        env: `env-${String(i).padStart(3, '0')}`,
        matches: [{ headers: { user: { exact: String(i).padStart(3, '0') } } }],
      }),
    );
    const { plan: made, notes } = decide(many);
    const kept = made.injections.length;
    expect(serializePlan(made).length).toBeLessThanOrEqual(MAX_PLAN_BYTES - 64);
    expect(serializePlan(made).length).toBeGreaterThan(MAX_PLAN_BYTES - 600);
    expect(made.injections.map(({ env }) => env)).toEqual(
      many.slice(0, kept).map(({ spec }) => spec.env),
    );
    expect(notes).toEqual(
      many.slice(kept).map(({ spec: { env } }) => planNote('too-large', TOO_LARGE, { env })),
    );
    expect(decide(many.toReversed())).toEqual({ plan: made, notes });
  });

  it('has routes rather than notes', () => {
    const annotations = { filler: 'x'.repeat(256 * 1024 - 700) };
    const vs = routing([BASE, { name: 'r'.repeat(300), route: [to()] }], { annotations });
    const { plan: made, notes } = decide([injection()], vs);
    expect(made).toEqual(plan([planEntry()]));
    expect(notes.map(({ state }) => state)).toEqual(['unguarded']);
    expect(cut(plan([planEntry()], { notes }), vs)).toEqual(made);
  });

  it('does not change if it is cut again to the same room', () => {
    const many = Array.from({ length: 300 }, (_, i) => injection({ env: `env-${i}` }));
    const vs = routing([BASE, { route: [to()] }]);
    const { plan: made } = decide(many, vs);
    const again = { ...made, attempt: 12, at: '2026-01-01T00:00:00Z' };
    expect(cut(again, vs)).toEqual(again);
  });

  it('is equal to another plan with different attempts', () => {
    const notes = [planNote('skipped', 'x')];
    const one = plan([planEntry()], { notes, attempt: 1, at: 'a' });
    expect(samePlan(one, plan([planEntry()], { notes }))).toBe(true);
    expect(samePlan(one, plan([planEntry()]))).toBe(false);
    expect(samePlan(one, plan([], { notes }))).toBe(false);
  });
});
