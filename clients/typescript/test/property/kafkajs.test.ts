import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routing } from '../lib/fake-routing.ts';
import { type FakeRecord, kafkajsRun } from '../lib/kafkajs-runner.ts';

const MINE = 'mp-101';
const record = fc.record({
  /** Compaction leaves gaps. */
  gap: fc.constantFrom(0, 0, 0, 1, 5),
  kind: fc.constantFrom('mine', 'other', 'none', 'control'),
});
const partition = fc.array(record, { minLength: 1, maxLength: 25 }).map((all) => {
  let next = 0;
  return all.map(({ gap, kind }): FakeRecord => {
    const offset = next + gap;
    next = offset + 1;
    if (kind === 'control') return { offset, isControlRecord: true };
    return kind === 'none' ? { offset } : { offset, ref: kind === 'mine' ? MINE : 'mp-102' };
  });
});
const style = fc.record({
  handler: fc.constantFrom('eachMessage', 'eachBatch'),
  autoCommit: fc.boolean(),
  eachBatchAutoResolve: fc.boolean(),
  batchSize: fc.integer({ min: 1, max: 8 }),
  /** Which calls of the handler fail. */
  failures: fc.array(fc.boolean(), { maxLength: 6 }),
});

test('on kafkajs’ own runner: its messages are handled, none is committed before it is, and the group reaches the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      partition,
      style,
      async (records, { handler, failures, batchSize, ...options }) => {
        const run = await kafkajsRun(routing('env'), records);
        const { consumer } = run;
        const handled = new Set<number>();
        const mine = records.filter(({ ref }) => ref === MINE).map(({ offset }) => offset);
        run.onCommit((offset) => {
          for (const one of mine) expect(one >= offset || handled.has(one)).toBe(true);
        });
        let calls = 0;
        const handle = async (offset: string) => {
          calls += 1;
          if (failures[calls - 1]) throw new Error('fails once');
          handled.add(Number(offset));
          if (options.autoCommit) return;
          const next = String(BigInt(offset) + 1n);
          await consumer.commitOffsets([{ topic: 'payments', partition: 0, offset: next }]);
        };
        await consumer.run(
          handler === 'eachMessage'
            ? { ...options, eachMessage: ({ message }) => handle(message.offset) }
            : {
                ...options,
                eachBatch: async ({ batch, resolveOffset }) => {
                  for (const { offset } of batch.messages) {
                    await handle(offset);
                    resolveOffset(offset);
                  }
                },
              },
        );
        expect(await run.readToEnd(batchSize)).toBe(true);
        expect([...handled].sort((a, b) => a - b)).toEqual(mine);
        expect(run.committed()).toBe((records.at(-1)?.offset ?? 0) + 1);
      },
    ),
    { numRuns: 300 },
  );
});
