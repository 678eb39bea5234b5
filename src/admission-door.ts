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
  /** The thread's metrics. If it does not answer within a second: those of its last answer. */
  metrics(): Promise<MetricsPart>;
  /** Ends the thread after the requests in flight. */
  close(): Promise<void>;
}

/** Message to the thread. */
export type Order = 'metrics' | 'close';
/** Message from the thread. */
export type Report = 'open' | { failed: string } | { metrics: MetricsPart };

const METRICS_MS = 1_000;
/**
 * Limits of the thread's heap, in MiB. 128 and 16 are enough to parse 4 MiB of the most expensive JSON (a million empty objects,
 * or a million different keys). When the heap is exhausted, the thread ends, and the process with it.
 */
const HEAP = { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 16 };
/** `.ts` in a clone, `.js` when built. */
const SCRIPT = new URL(`./admission-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Opens the encrypted door in its own thread, with its own event loop and heap: neither a long sync nor its garbage
 * collection delays a write of a VirtualService. `lose` is called when the thread ends without being asked to.
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
    // Concurrent callers share one answer.
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
