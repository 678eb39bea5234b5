import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UsageError } from './errors.ts';
import type { MetricsPart } from './http/metrics.ts';
import type { TlsFiles } from './http/tls.ts';
import type { DecisionConfig } from './kinds/kinds.ts';

export interface AdmissionDoorOptions {
  config: DecisionConfig;
  /** Names of the optional kinds that are on. */
  kinds: readonly string[];
  host: string;
  port: number;
  files: TlsFiles;
  logLevel: string;
}

export interface AdmissionDoor {
  /** What was counted there; where the thread is busy for longer than a second, what it told the time before. */
  metrics(): Promise<MetricsPart>;
  /** After what is in flight. */
  close(): Promise<void>;
}

/** What the thread is told. */
export type Order = 'metrics' | 'close';
/** What it tells. */
export type Report = 'open' | { failed: string } | { metrics: MetricsPart };

const METRICS_MS = 1_000;
/**
 * The thread's own heap, in MiB. 4 MiB of whatever JSON takes most when it is parsed (a million empty objects, or as many keys
 * that are all different) still go through with 128 and 16. When it is exhausted, the thread ends, and the process with it.
 */
const HEAP = { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 16 };
/** `.ts` in a clone, `.js` when built. */
const SCRIPT = new URL(`./admission-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Opens the encrypted door in a thread of its own, with an event loop and a heap of its own: a sync that takes long, or a
 * collection of its garbage, keeps no write of a VirtualService waiting. `lose` is called when the thread ends unasked.
 */
export async function openAdmissionDoor(
  options: AdmissionDoorOptions,
  lose: (error: Error) => void,
): Promise<AdmissionDoor> {
  const worker = new Worker(SCRIPT, {
    workerData: options,
    resourceLimits: HEAP,
  });
  const [report] = (await once(worker, 'message')) as [
    Extract<Report, 'open' | { failed: string }>,
  ];
  if (report !== 'open') {
    await worker.terminate();
    throw new UsageError(report.failed);
  }
  let isClosing = false;
  let failure = new Error('the thread of the admission door ended');
  worker.on('error', (error: Error) => {
    failure = error;
  });
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
      if (!isClosing) lose(failure);
    });
  });
  return {
    metrics: metricsOf(worker),
    close: async () => {
      isClosing = true;
      worker.postMessage('close' satisfies Order);
      await ended;
    },
  };
}

function metricsOf(worker: Worker): () => Promise<MetricsPart> {
  let last: MetricsPart = [];
  let asked: Promise<void> | undefined;
  worker.on('message', (report: Report) => {
    if (typeof report === 'object' && 'metrics' in report) last = report.metrics;
  });
  return async () => {
    // Those that ask at the same time share an answer.
    asked ??= once(worker, 'message', { signal: AbortSignal.timeout(METRICS_MS) })
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        asked = undefined;
      });
    worker.postMessage('metrics' satisfies Order);
    await asked;
    return last;
  };
}
