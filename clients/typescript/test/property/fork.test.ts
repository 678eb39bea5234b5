import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fork } from '../../src/broker/fork.ts';
import { fakeBroker, scheduled } from '../lib/fake-broker.ts';

const OWN = 'orders.mp-101.0123456789';

/**
 * Pods that fork at the same time as stable goes on. Each may stand still between any two calls, for any time. Once a pod has forked, the env may
 * become live; from then on stable skips messages, and its position must not be copied any more.
 */
test('whatever the order of calls, the group begins where stable has handled everything', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(5), { maxLength: 20 }),
      fc.boolean(),
      async (s, pods, steps, isConsuming) => {
        const { admin, group } = fakeBroker({
          payments: [
            { earliest: 3n, end: 1000n },
            { earliest: 0n, end: 1000n },
          ],
        });
        const base = group('orders').offsets;
        base.set('payments', new Map([[0, 10n]]));
        const position = (partition: number) => base.get('payments')?.get(partition) ?? 0n;
        let liveAt: bigint[] | undefined;

        const pod = async () => {
          const turn = <T>(call: () => Promise<T>) => s.schedule(Promise.resolve()).then(call);
          await fork(scheduled(admin, turn), {
            own: OWN,
            base: 'orders',
            topics: ['payments'],
            sleep: () => s.schedule(Promise.resolve()),
            isLive: () => s.schedule(Promise.resolve()).then(() => liveAt !== undefined),
          });
          // It consumes for a while, and leaves or dies.
          if (isConsuming) group(OWN).members += 1;
          await s.schedule(Promise.resolve());
          liveAt ??= [position(0), position(1)];
          await s.schedule(Promise.resolve());
          if (isConsuming) group(OWN).members -= 1;
        };
        const stable = async () => {
          for (const step of steps) {
            await s.schedule(Promise.resolve());
            const next = new Map([0, 1].map((id) => [id, position(id) + BigInt(step)]));
            base.set('payments', next);
          }
        };
        await s.waitFor(Promise.all([stable(), ...Array.from({ length: pods }, pod)]));

        const own = group(OWN).offsets.get('payments');
        expect([...(own?.keys() ?? [])].sort()).toEqual([0, 1]);
        expect(own?.get(0)).toBeLessThanOrEqual(liveAt?.[0] ?? -1n);
        expect(own?.get(1)).toBeLessThanOrEqual(liveAt?.[1] ?? -1n);
      },
    ),
  );
});

test('a second fork changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 1, maxLength: 5 }),
      async (positions) => {
        const { admin, group } = fakeBroker({
          payments: positions.map(() => ({ earliest: 0n, end: 100n })),
        });
        const options = {
          own: OWN,
          base: 'orders',
          topics: ['payments'],
          sleep: async () => {},
          isLive: async () => false,
        };
        group('orders').offsets.set('payments', new Map(positions.entries()));
        await fork(admin, options);
        const once = structuredClone(group(OWN).offsets);
        group('orders').offsets.set('payments', new Map(positions.map((at, id) => [id, at + 50n])));
        expect(await fork(admin, options)).toBe('was forked');
        expect(group(OWN).offsets).toEqual(once);
        expect(once.get('payments')).toEqual(new Map(positions.entries()));
      },
    ),
  );
});
