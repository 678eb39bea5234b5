import { expect, test } from '@jest/globals';
import { mixer } from '../../mesh/load/lib/mix.ts';
import { STRANGE_REFS, WITH_REF } from '../../mesh/load/lib/ref-headers.ts';
import type { Intent } from '../../mesh/load/lib/request.ts';
import { refName, selectionsOf } from '../../mesh/load/lib/selections.ts';

const intent = (headers: Record<string, string>): Intent => ({
  ...{ door: 0, protocol: 'http1', isFresh: false, path: '/' },
  headers,
});

test.each(WITH_REF.map((make) => [JSON.stringify(make('mp-1', 'alice')), make] as const))(
  '%s selects the ref',
  (_, make) => {
    expect(selectionsOf(intent(make('mp-1', 'alice')))[0]).toBe(refName('mp-1'));
  },
);

test.each(STRANGE_REFS.map((make) => [JSON.stringify(make('mp-1', 'alice')), make] as const))(
  '%s does not select the ref',
  (_, make) => {
    expect(selectionsOf(intent(make('mp-1', 'alice')))).not.toContain(refName('mp-1'));
  },
);

test('the mix has requests for each ref, for each user, and for nobody', () => {
  const next = mixer({ users: ['alice', 'bob'], refs: ['mp-1', 'mp-12'], doors: 1, seed: 1 });
  const counts = new Map<string, number>();
  for (let sent = 0; sent < 1000; sent += 1) {
    for (const one of selectionsOf(next())) counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  for (const one of ['alice', 'bob', refName('mp-1'), refName('mp-12')]) {
    expect(counts.get(one)).toBeGreaterThan(100);
  }
});
