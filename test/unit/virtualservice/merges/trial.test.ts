import { describe, expect, test } from '@jest/globals';
import { nextTrial, type TrialOutcome } from '../../../../src/virtualservice/merges/trial.ts';
import {
  type PlannedMerge,
  versionKey,
} from '../../../../src/virtualservice/routes/merge-codec.ts';
import { EMPTY_PLAN, type Plan } from '../../../../src/virtualservice/routes/plan-codec.ts';
import { at, stamp } from '../../../support/objects.ts';
import { merge, routeTo } from './builders.ts';

const m = (name: string, generation = 1) => merge(name, { generation, http: [routeTo(name)] });
const keys = (merges: readonly PlannedMerge[]) => merges.map(versionKey);

/** The plan that an outcome leads to. */
function planAfter(
  { merges, older, trial, suspects, refused }: TrialOutcome,
  rest: Partial<Plan> = {},
): Plan {
  return {
    ...EMPTY_PLAN,
    merges,
    ...(older.length > 0 && { olderMerges: older }),
    ...(trial && { mergeTrial: trial }),
    ...(suspects.length > 0 && { mergeSuspects: suspects }),
    ...(refused.length > 0 && { refusedMerges: refused }),
    ...rest,
  };
}

/** A VirtualService whose writes are refused while they have a route of a merge that `isBad`. */
function cluster(isBad: (merge: PlannedMerge) => boolean) {
  let present: Plan | undefined;
  let stored: PlannedMerge[] = [];
  let target = 'target';
  let last: TrialOutcome;
  const sync = (wanted: readonly PlannedMerge[], seconds: number): TrialOutcome => {
    const isIn = (one: PlannedMerge) =>
      stored.some((other) => versionKey(other) === versionKey(one));
    const outcome = nextTrial({ wanted, present, isIn, target: () => target, now: at(seconds) });
    if (!outcome.merges.some(isBad)) {
      stored = outcome.merges;
      present = planAfter(outcome);
    }
    last = outcome;
    return outcome;
  };
  return {
    sync,
    /** Calls once a second, from a second to another. */
    run: (wanted: readonly PlannedMerge[], from: number, to: number): TrialOutcome => {
      for (let second = from; second <= to; second += 1) last = sync(wanted, second);
      return last;
    },
    stored: () => keys(stored),
    change: () => {
      target = 'another';
    },
  };
}

describe('a trial', () => {
  test('takes two writes: the first one notes it', () => {
    const first = nextTrial({
      wanted: [m('a')],
      present: undefined,
      isIn: () => false,
      target: () => 'target',
      now: at(0),
    });
    expect(first).toEqual({
      merges: [],
      older: [],
      trial: { at: stamp(0), times: 1, versions: ['a@1'] },
      suspects: [],
      refused: [],
      waiting: [m('a')],
      resyncAfterSeconds: 11,
    });
    const second = nextTrial({
      wanted: [m('a')],
      present: planAfter(first),
      isIn: () => false,
      target: () => 'target',
      now: at(1),
    });
    expect(second.merges).toEqual([m('a')]);
    expect(second.trial).toEqual(first.trial);
    expect(second.waiting).toEqual([]);
  });

  test('ends when the routes are in', () => {
    const { run, stored } = cluster(() => false);
    const { trial, suspects, refused, resyncAfterSeconds } = run([m('a'), m('b')], 0, 2);
    expect(stored()).toEqual(['a@1', 'b@1']);
    expect({ trial, suspects, refused, resyncAfterSeconds }).toEqual({ suspects: [], refused: [] });
  });

  test('waits while another one is open', () => {
    const { sync, stored } = cluster(() => false);
    sync([m('a')], 0);
    expect(sync([m('a'), m('b')], 1).waiting).toEqual([m('b')]);
    expect(stored()).toEqual(['a@1']);
    sync([m('a'), m('b')], 2);
    sync([m('a'), m('b')], 3);
    expect(stored()).toEqual(['a@1', 'b@1']);
  });

  test('is begun twice before it has failed', () => {
    const { run, stored } = cluster(({ name }) => name === 'bad');
    const wanted = [m('bad')];
    expect(run(wanted, 0, 10).merges).toEqual(wanted);
    // The write without the routes lets others' changes pass.
    expect(run(wanted, 11, 11)).toMatchObject({ merges: [], trial: { times: 2 }, refused: [] });
    expect(run(wanted, 12, 21).merges).toEqual(wanted);
    const failed = run(wanted, 22, 22);
    expect(failed).toMatchObject({
      merges: [],
      waiting: [],
      refused: [{ at: stamp(22), times: 1, version: 'bad@1', target: 'target' }],
      resyncAfterSeconds: 60,
    });
    expect(failed.trial).toBeUndefined();
    expect(stored()).toEqual([]);
  });

  test('of a refused version comes after a pause that doubles, up to an hour', () => {
    const { run } = cluster(({ name }) => name === 'bad');
    const wanted = [m('bad')];
    run(wanted, 0, 22);
    expect(run(wanted, 23, 81).trial).toBeUndefined();
    expect(run(wanted, 82, 82)).toMatchObject({ trial: { times: 1 }, waiting: wanted });
    expect(run(wanted, 83, 104)).toMatchObject({
      refused: [{ times: 2 }],
      resyncAfterSeconds: 120,
    });
    const refusedMerges = [{ at: stamp(0), times: 30, version: 'bad@1', target: 'target' }];
    const late = (seconds: number) =>
      nextTrial({
        wanted,
        present: { ...EMPTY_PLAN, refusedMerges },
        isIn: () => false,
        target: () => 'target',
        now: at(seconds),
      });
    expect(late(3599)).toMatchObject({ waiting: [], resyncAfterSeconds: 1 });
    expect(late(3600).waiting).toEqual(wanted);
  });

  test('of a refused version comes at once when the target or the merge changes', () => {
    const one = cluster(({ uid }) => uid === 'bad');
    one.run([m('bad')], 0, 22);
    one.change();
    expect(one.sync([m('bad')], 23).waiting).toEqual([m('bad')]);
    const other = cluster((merge) => versionKey(merge) === 'bad@1');
    other.run([m('bad')], 0, 22);
    expect(other.run([m('bad', 2)], 23, 24).refused).toEqual([]);
    expect(other.stored()).toEqual(['bad@2']);
  });

  test('of several that fails is followed by one of each', () => {
    const { run, stored, sync } = cluster(({ name }) => name === 'b');
    const wanted = [m('a'), m('b'), m('c'), m('d')];
    run(wanted, 0, 10);
    const { suspects, trial } = sync(wanted, 11);
    expect(suspects).toEqual(['a@1', 'b@1', 'c@1', 'd@1']);
    expect(trial?.versions).toEqual(['a@1']);
    // One that comes meanwhile waits until the suspects are through.
    const more = [...wanted, m('e')];
    run(more, 12, 23);
    expect(stored()).toEqual(['a@1']);
    // It has failed twice: with others and alone.
    expect(sync(more, 24).refused).toMatchObject([{ version: 'b@1', times: 1 }]);
    run(more, 25, 33);
    expect(stored()).toEqual(['a@1', 'c@1', 'd@1', 'e@1']);
  });

  test.each([
    [20, 1, 11 + 19 * 3 + 12],
    [20, 3, 11 + 17 * 3 + 3 * 12],
  ])(
    'of %s with %s that are refused: the good ones are in after %s seconds',
    (count, bad, most) => {
      const { run, stored } = cluster(({ name }) => name < `m${10 + bad}`);
      const wanted = Array.from({ length: count }, (_, index) => m(`m${10 + index}`));
      run(wanted, 0, most);
      expect(stored()).toHaveLength(count - bad);
    },
  );

  test('forgets merges that are gone', () => {
    const { run, sync } = cluster(({ name }) => name === 'b');
    run([m('a'), m('b')], 0, 22);
    const gone = sync([], 23);
    expect(gone).toEqual({ merges: [], older: [], suspects: [], refused: [], waiting: [] });
  });
});

describe('an older version', () => {
  test('stays while the newer one is tried and refused, and leaves when it is in', () => {
    const { run, sync, stored } = cluster((merge) => versionKey(merge) === 'a@2');
    run([m('a')], 0, 2);
    expect(sync([m('a', 2)], 3).merges).toEqual([m('a')]);
    run([m('a', 2)], 4, 30);
    expect(stored()).toEqual(['a@1']);
    run([m('a', 3)], 31, 33);
    expect(stored()).toEqual(['a@3']);
  });

  test('is in the plan beside the newer one until that is seen in the VirtualService', () => {
    const { run, sync } = cluster(() => false);
    run([m('a')], 0, 2);
    expect(sync([m('a', 2)], 3)).toMatchObject({ merges: [m('a')], older: [] });
    expect(sync([m('a', 2)], 4)).toMatchObject({ merges: [m('a', 2)], older: [m('a')] });
    expect(sync([m('a', 2)], 5)).toMatchObject({ merges: [m('a', 2)], older: [] });
  });

  describe('beside a newer one that is not seen', () => {
    const missed = (rest: Partial<Plan> = {}): Plan => ({
      ...EMPTY_PLAN,
      merges: [m('a', 2)],
      olderMerges: [m('a')],
      mergeTrial: { at: stamp(0), times: 1, versions: ['a@2'] },
      at: stamp(0),
      ...rest,
    });
    const outcome = (seconds: number, wanted: PlannedMerge[], there: PlannedMerge[]) =>
      nextTrial({
        wanted,
        present: missed(),
        isIn: (one) => keys(there).includes(versionKey(one)),
        target: () => '',
        now: at(seconds),
      });

    test.each<[string, number, PlannedMerge[], PlannedMerge[], string[], string[]]>([
      ['stays', 11, [m('a', 2)], [m('a')], ['a@2'], ['a@1']],
      ['comes back when the newer one is refused', 12, [m('a', 2)], [m('a')], ['a@1'], []],
      ['comes back, also if somebody took it out', 12, [m('a', 2)], [], ['a@1'], []],
      ['is not written for ever: it may be refused, too', 62, [m('a', 2)], [], [], []],
      ['comes back at once for one that is newer still', 1, [m('a', 3)], [m('a')], ['a@1'], []],
      ['leaves with its merge', 1, [], [m('a')], [], []],
      ['leaves when the newer one is seen', 1, [m('a', 2)], [m('a', 2)], ['a@2'], []],
    ])('%s', (_, seconds, wanted, there, merges, older) => {
      const next = outcome(seconds, wanted, there);
      expect([keys(next.merges), keys(next.older)]).toEqual([merges, older]);
    });
  });

  test('needs room: so many newer ones are tried together', () => {
    const names = ['a', 'b', 'c'];
    const sync = (present: Plan, olderRoom: number) =>
      nextTrial({
        wanted: [...names.map((name) => m(name, 2)), m('new')],
        present,
        isIn: () => true,
        target: () => '',
        now: at(0),
        olderRoom,
      });
    const present: Plan = { ...EMPTY_PLAN, merges: names.map((name) => m(name)) };
    const one = JSON.stringify(m('a')).length + 1;
    const tried = (room: number) => sync(present, room).trial?.versions;
    expect(tried(3 * one)).toEqual(['a@2', 'b@2', 'c@2', 'new@1']);
    expect(tried(3 * one - 1)).toEqual(['a@2', 'b@2']);
    expect(tried(one)).toEqual(['a@2']);
    // It is tried in any case, and then has no older one beside it.
    expect(tried(0)).toEqual(['a@2']);
    const mergeTrial = { at: stamp(0), times: 1, versions: ['a@2'] };
    const entering = (room: number) => keys(sync({ ...present, mergeTrial }, room).older);
    expect([entering(one), entering(one - 1)]).toEqual([['a@1'], []]);
  });
});

describe('routes that are planned and not there', () => {
  const present = (rest: Partial<Plan>): Plan => ({
    ...EMPTY_PLAN,
    merges: [m('a')],
    mergeTrial: { at: stamp(0), times: 1, versions: ['a@1'] },
    ...rest,
  });
  const outcome = (plan: Plan, seconds: number, wanted = [m('a')]) =>
    nextTrial({ wanted, present: plan, isIn: () => false, target: () => '', now: at(seconds) });

  test('stay planned while the plan is retried', () => {
    // The webhook is away, which says nothing about the routes.
    const plan = present({ at: stamp(100), attempt: 6 });
    const later = outcome(plan, 165, [m('a'), m('b')]);
    expect(later.merges).toEqual([m('a')]);
    expect(later.trial).toEqual(plan.mergeTrial);
    expect(later.waiting).toEqual([m('b')]);
    // The plan's own retries call again.
    expect(later.resyncAfterSeconds).toBeUndefined();
  });

  test('stay planned after a write of somebody else that has taken them out', () => {
    const plan = present({ at: stamp(0) });
    const rewritten = (seconds: number) =>
      nextTrial({
        wanted: [m('a')],
        present: plan,
        isIn: () => false,
        target: () => '',
        written: stamp(1000),
        now: at(seconds),
      });
    expect(rewritten(1000).merges).toEqual([m('a')]);
    expect(rewritten(1011).merges).toEqual([m('a')]);
    expect(rewritten(1012)).toMatchObject({ merges: [], trial: { times: 2 } });
  });

  test('are tried anew when the retries are not stored, either', () => {
    const plan = present({ at: stamp(0), attempt: 1 });
    expect(outcome(plan, 12).merges).toEqual([m('a')]);
    expect(outcome(plan, 13)).toMatchObject({ merges: [], trial: { times: 2 } });
  });
});

describe('clocks that differ', () => {
  const noted = (seconds: number, times: number): Plan => ({
    ...EMPTY_PLAN,
    mergeTrial: { at: stamp(seconds), times, versions: ['a@1'] },
  });
  const outcome = (present: Plan) =>
    nextTrial({ wanted: [m('a')], present, isIn: () => false, target: () => '', now: at(0) });

  test.each<[string, Plan, object]>([
    [
      'a little ahead: the trial goes on',
      noted(30, 1),
      { merges: [m('a')], trial: { at: stamp(30) } },
    ],
    [
      'far ahead: it is begun anew',
      noted(3600, 1),
      { merges: [], trial: { at: stamp(0), times: 2 } },
    ],
    // Two clocks would otherwise fail a trial that nobody refused.
    ['far ahead, begun twice: it goes on', noted(3600, 2), { merges: [m('a')] }],
    [
      'a time that cannot be read: it is begun anew',
      { ...EMPTY_PLAN, mergeTrial: { at: 'soon', times: 1, versions: ['a@1'] } },
      { merges: [], trial: { times: 2 } },
    ],
  ])('%s', (_, present, wanted) => {
    expect(outcome(present)).toMatchObject(wanted);
  });

  test('a good merge gets in although the clocks of two replicas are ten minutes apart', () => {
    const { sync, stored } = cluster(() => false);
    for (let call = 0; call < 4; call += 1) sync([m('a')], call + (call % 2) * 600);
    expect(stored()).toEqual(['a@1']);
  });
});
