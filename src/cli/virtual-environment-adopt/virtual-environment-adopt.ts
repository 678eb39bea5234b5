import { reportText } from '../common/printable.ts';
import type { Output } from '../common/terminal.ts';
import { findingsOf } from './findings.ts';
import { readAdoptOptions } from './options.ts';
import { readAdoptObjects } from './read.ts';
import { needsLook, scriptOf } from './script.ts';

const NO_ACCESS = { kubeconfig: undefined, context: undefined };

/**
 * Prints a script that takes VirtualEnvironments over from the operator of that name, or back. Returns the exit code: 1: there is
 * something that a person must look at.
 */
export async function virtualEnvironmentAdopt(
  args: readonly string[],
  output: Output,
): Promise<number> {
  const { release, isBack, ...options } = readAdoptOptions(args);
  const objects = await readAdoptObjects({ release, isBack, ...options });
  for (const note of objects.notes) output.note(reportText([note]));
  const found = findingsOf(objects);
  const access = options.cluster ?? NO_ACCESS;
  output.write(scriptOf({ found, objects, release, access, isBack }));
  return !isBack && found.some(needsLook) ? 1 : 0;
}
