import { describe, expect, test } from '@jest/globals';
import { keptWhileOff, objection } from '../../../../src/virtualservice/merges/switched-off.ts';
import type { MergesOff } from '../../../../src/virtualservice/routes/merge-codec.ts';
import { EMPTY_PLAN, type Plan } from '../../../../src/virtualservice/routes/plan-codec.ts';
import { withoutOurs } from '../../../../src/virtualservice/routes/strip.ts';
import { at, stamp } from '../../../support/objects.ts';
import { virtualService } from '../builders.ts';
import { merge, routeTo } from './builders.ts';

const VS = virtualService({ hosts: ['backend'] });
const PLAN: Plan = {
  ...EMPTY_PLAN,
  merges: [merge('a', { http: [routeTo('a')] })],
  mergeTrial: { versions: ['b@1'], at: stamp(0), times: 1 },
};
const asked = (seconds: number, plan: Plan | undefined) =>
  keptWhileOff(VS, withoutOurs(VS), plan, at(seconds));

describe('a replica without the kind', () => {
  test.each<[string, number, MergesOff | undefined, MergesOff, number]>([
    ['asks first', 0, undefined, { at: stamp(0) }, 6],
    ['waits', 179, { at: stamp(0) }, { at: stamp(0) }, 6],
    [
      'does not ask again at once',
      30,
      { at: stamp(0), denied: stamp(1) },
      { at: stamp(0), denied: stamp(1) },
      150,
    ],
    [
      'asks again when the wait is over',
      180,
      { at: stamp(0), denied: stamp(1) },
      { at: stamp(180) },
      6,
    ],
    // An hour ahead: the clock was corrected.
    ['asks anew', 0, { at: stamp(3600), denied: stamp(1) }, { at: stamp(0) }, 6],
  ])('%s', (_, seconds, noted, mergesOff, resyncAfterSeconds) => {
    const kept = asked(seconds, { ...PLAN, ...(noted && { mergesOff: noted }) });
    const { merges, mergeTrial } = PLAN;
    expect(kept).toMatchObject({ fields: { merges, mergeTrial, mergesOff }, resyncAfterSeconds });
    expect(kept?.lists.http).toHaveLength(1);
  });

  test('keeps a trial alone, too: the replica that began it would begin it again', () => {
    const { mergeTrial } = PLAN;
    const kept = asked(0, { ...EMPTY_PLAN, ...(mergeTrial && { mergeTrial }) });
    expect(kept?.fields).toEqual({ mergeTrial, mergesOff: { at: stamp(0) } });
  });

  test.each<[string, number, Plan | undefined]>([
    ['nobody has objected within the wait', 180, { ...PLAN, mergesOff: { at: stamp(0) } }],
    ['the note is of a clock far ahead', 0, { ...PLAN, mergesOff: { at: stamp(3600) } }],
    ['there are no merges', 0, EMPTY_PLAN],
    ['there is no plan', 0, undefined],
  ])('keeps nothing if %s', (_, seconds, plan) => {
    expect(asked(seconds, plan)).toBeUndefined();
  });

  test('shows no routes that the target does not accept any more', () => {
    const delegate = virtualService({ hosts: [] });
    const kept = keptWhileOff(delegate, withoutOurs(delegate), PLAN, at(0));
    expect(kept?.lists.http).toEqual([]);
    expect(kept?.fields.merges).toEqual(PLAN.merges);
  });
});

test.each<[string, number, MergesOff | undefined, MergesOff | undefined]>([
  ['objects', 5, { at: stamp(0) }, { at: stamp(0), denied: stamp(5) }],
  [
    'does not forget soon that it has objected',
    604,
    { at: stamp(0), denied: stamp(5) },
    { at: stamp(0), denied: stamp(5) },
  ],
  ['forgets it later', 605, { at: stamp(0), denied: stamp(5) }, undefined],
  ['has nothing to object to', 0, undefined, undefined],
])('a replica with the kind %s', (_, seconds, noted, mergesOff) => {
  expect(objection(noted, at(seconds)).mergesOff).toEqual(mergesOff);
});
