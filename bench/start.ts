import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encryptedFlags } from './lib/certificate.ts';
import { freePort, startProgram, stop } from './lib/process.ts';
import type { Row } from './lib/rows.ts';
import { median } from './lib/timing.ts';

const MOST_MS = 400;
const WITHOUT_CACHE = { NODE_DISABLE_COMPILE_CACHE: '1' };

/**
 * Measures the time from the start of the process until `/readyz` answers: with Node's compile cache, as in the image,
 * and without it.
 */
export async function startRows({ isSmoke }: { isSmoke: boolean }): Promise<Row[]> {
  const count = isSmoke ? 2 : 11;
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-bench-'));
  try {
    const withCache = { NODE_COMPILE_CACHE: folder };
    // This first start fills the compile cache, as the build of the image does.
    const encrypted = await encryptedFlags(folder, await freePort());
    await stop((await startProgram([], withCache, encrypted)).child);
    return [
      {
        ...(await startRow('until /readyz answers', count, withCache)),
        goal: { most: MOST_MS },
      },
      await startRow('the same without compiled code', count, WITHOUT_CACHE),
      await startRow('the same with compiled code and both doors', count, withCache, encrypted),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function startRow(
  name: string,
  count: number,
  env: Record<string, string>,
  flags: readonly string[] = [],
): Promise<Row> {
  const times: number[] = [];
  const cpus: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const { child, started, cpu } = await startProgram([], env, flags);
    times.push(started);
    cpus.push(cpu);
    await stop(child);
  }
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => time.toFixed(0));
  return {
    part: 'start',
    name: `${name}, median of ${count}`,
    figure: median(times),
    unit: 'ms',
    note: `processor time ${median(cpus)} ms; ${least} to ${most} ms`,
  };
}
