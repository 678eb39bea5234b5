import { reportText } from '../common/printable.ts';
import type { Output } from '../common/terminal.ts';
import { operatorRoutes } from './operator-routes.ts';
import { readMergeAdoptOptions } from './options.ts';
import { readMergeObjects } from './read.ts';
import { scriptOf } from './script.ts';

const NO_ACCESS = { kubeconfig: undefined, context: undefined };

/**
 * Prints a script that takes the operator's routes and finalizers out. Returns the exit code: 1: there are routes that a person
 * must look at.
 */
export async function mergeAdopt(args: readonly string[], output: Output): Promise<number> {
  const options = readMergeAdoptOptions(args);
  const { merges, virtualServices, notes } = await readMergeObjects(options);
  for (const note of notes) output.note(reportText([note]));
  const found = virtualServices
    .map((virtualService) => ({
      virtualService,
      routes: operatorRoutes(virtualService, merges),
    }))
    .filter(({ routes }) => routes.length > 0);
  output.write(scriptOf({ found, merges, virtualServices }, options.cluster ?? NO_ACCESS));
  const isClear = found.every(({ routes }) => routes.every(({ doubt }) => doubt === undefined));
  return isClear ? 0 : 1;
}
