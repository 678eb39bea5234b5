import { UsageError } from '../../errors.ts';
import { parseWords } from '../../flags.ts';

export interface RefOptions {
  branches: string[];
  /** Refs of whole names, tickets in them or not. */
  isWhole: boolean;
}

export function refHelp(program: string): string {
  return `Usage: ${program} ref BRANCH… [flags]

Prints the ref of a branch: the key of the ticket that its name has (feature/MP-101-new-form: mp-101), so that branches of one
ticket in several repositories share a ref; else its name, with a hash where that had to be changed. With several branches, a line
for each: the branch, a tab, the ref. The same name always has the same ref.
Exit code: 0, or 2 when two of the branches have one ref, or for bad input.

  --whole                    take the whole name, even where there is a ticket in it; then no two names have one ref`;
}

export function readRefOptions(args: readonly string[]): RefOptions {
  const { given, words } = parseWords(args, { whole: { type: 'boolean' } });
  if (words.length === 0) {
    throw new UsageError('BRANCH is missing, such as feature/mp-101-new-form; see --help');
  }
  for (const branch of words) {
    const problem = branchProblem(branch);
    if (problem !== undefined) {
      throw new UsageError(
        `BRANCH ${JSON.stringify(branch)} ${problem}: write the name as git has it`,
      );
    }
  }
  return { branches: words, isWhole: given.whole === true };
}

/** As far as it would spoil the output. Source: https://git-scm.com/docs/git-check-ref-format */
function branchProblem(branch: string): string | undefined {
  if (branch === '') return 'must not be empty';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to look for
  return /[\u0000-\u0020\u007f]/.test(branch)
    ? 'must not have white space or control characters'
    : undefined;
}
