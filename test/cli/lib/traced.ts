import { trace } from '../../../src/cli/trace/trace.ts';
import type { Hop, Trace } from '../../../src/trace/types.ts';
import { type Previewed, recorder } from './in-process.ts';

/** Runs `trace` inside the test process, which is faster than a new process. */
export async function traced(...args: string[]): Promise<Previewed> {
  const output = recorder();
  const code = await trace(args, output);
  return { code, text: output.text(), notes: output.notes() };
}

/** The answer of `trace` as data. */
export async function tracedData(...args: string[]): Promise<Trace & { code: number; hop: Hop }> {
  const { code, text } = await traced(...args, '-o', 'json');
  const answer = JSON.parse(text) as Trace;
  const [hop] = answer.hops;
  if (hop === undefined) throw new Error('the trace has no hop');
  return { ...answer, code, hop };
}
