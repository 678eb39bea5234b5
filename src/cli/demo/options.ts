import { UsageError } from '../../errors.ts';
import { parseWords } from '../../flags.ts';

export function demoHelp(program: string): string {
  return `Usage: ${program} demo [branches|environments|merge|messages|virtual-environment]

Shows the life of a DynamicEnv on a small shop. With "branches": how pipelines deploy branches and release candidates of services,
which requests reach them, and what happens when nobody uses them any more. With "environments": how developers run their versions
with the configuration of several environments, and share what has not changed. With "merge": how charts of branches add routes to the
VirtualService of a stable version. With "messages": how versions of one service share a topic, and who handles which message. With
"virtual-environment": how requests find the version of each service that they ask for, or
the nearest one above it. Everything runs in memory, and every step is checked.
Exit code: 0 every statement is true; 1 one is not; 2 for bad input.`;
}

const STORIES = ['branches', 'environments', 'merge', 'messages', 'virtual-environment'] as const;

/** Which story the arguments ask for. */
export function readStory(args: readonly string[]): 'env' | (typeof STORIES)[number] {
  const { words } = parseWords(args, {});
  const story = words.join(' ');
  if (story === '') return 'env';
  const found = STORIES.find((one) => one === story);
  if (found !== undefined) return found;
  throw new UsageError(
    `there is no demo "${story}": write ${STORIES.join(', ')} or nothing; see --help`,
  );
}
