import { UsageError } from '../../errors.ts';
import { refOfBranch } from '../../refs/branch-ref.ts';
import type { Output } from '../shared/terminal.ts';
import { readRefOptions } from './options.ts';

/** Refs of branches. 0: each has its own; branches that share one are the user's mistake, told behind the output. */
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
  const told = collisions.map(([name, all]) => `${[...all].join(' and ')} have the ref ${name}`);
  throw new UsageError(
    `${told.join('; ')}; in one service only one version can have it: rename a branch, or use --whole`,
  );
}
