import { UsageError } from '../../errors.ts';
import { refOfBranch } from '../../refs/branch-ref.ts';
import type { Output } from '../common/terminal.ts';
import { readRefOptions } from './options.ts';

/** Prints the refs of branches, and returns the exit code 0. After the output, a UsageError names the branches that share a ref. */
export function ref(args: readonly string[], output: Output): number {
  const { branches, isWhole } = readRefOptions(args);
  const byRef = new Map<string, Set<string>>();
  for (const branch of branches) {
    const name = refOfBranch(branch, isWhole);
    output.write(branches.length === 1 ? `${name}\n` : `${branch}\t${name}\n`);
    byRef.set(name, (byRef.get(name) ?? new Set()).add(branch));
  }
  const collisions = [...byRef].filter(([, all]) => all.size > 1);
  if (collisions.length === 0) return 0;
  const shared = collisions.map(([name, all]) => `${[...all].join(' and ')} have the ref ${name}`);
  throw new UsageError(
    `${shared.join('; ')}; in one service only one version can have it: rename a branch, or use --whole`,
  );
}
