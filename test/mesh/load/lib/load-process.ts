/**
 * Runs as a separate process, so that it and the servers do not slow each other down. It sends requests at a steady
 * rate, even if requests fail, and reports the answers in batches. It ends when its parent ends.
 */
import { type Mix, mixer } from './mix.ts';
import type { Door, Sent } from './request.ts';
import { createSender } from './send.ts';

export interface Order {
  doors: readonly Door[];
  host: string;
  mix: Mix;
  /** Requests per second. */
  rate: number;
}

/** A report to the parent. `isLast`: all requests were answered. */
export interface Batch {
  sent: Sent[];
  isLast: boolean;
}

const TICK_MS = 10;
const BATCH_MS = 200;

process.on('disconnect', () => process.exit(0));
process.once('message', (order: Order) => run(order));

function run({ doors, host, mix, rate }: Order): void {
  const { send, close } = createSender(doors, host);
  const next = mixer(mix);
  const since = performance.now();
  let batch: Sent[] = [];
  let count = 0;
  let waiting = 0;
  const tell = (isLast: boolean) => {
    process.send?.({ sent: batch, isLast } satisfies Batch);
    batch = [];
  };
  const sendOne = async () => {
    waiting += 1;
    // The answer is awaited before `batch` is read, because `tell` replaces `batch` meanwhile.
    const sent = await send(next());
    batch.push(sent);
    waiting -= 1;
  };
  const ticks = setInterval(() => {
    const due = ((performance.now() - since) * rate) / 1000;
    for (; count < due; count += 1) void sendOne();
  }, TICK_MS);
  const batches = setInterval(() => tell(false), BATCH_MS);
  process.once('message', () => {
    clearInterval(ticks);
    const end = setInterval(() => {
      if (waiting > 0) return;
      clearInterval(end);
      clearInterval(batches);
      close();
      tell(true);
    }, TICK_MS);
  });
}
