import { findBinaries } from '../../control-plane/binaries.ts';
import { metacontrollerProgram } from '../../lib/metacontroller.ts';

/** Builds missing programs once, before the first test: the time limit of a test is too short for it. */
// biome-ignore lint/style/noDefaultExport: Jest requires a default export
export default async function setup(): Promise<void> {
  if (metacontrollerProgram() === undefined) return;
  await findBinaries((line) => process.stderr.write(`${line}\n`));
}
