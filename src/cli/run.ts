import { coherent, SERVE_FLAGS, servable } from '../config.ts';
import { UsageError } from '../errors.ts';
import { describeFlags, readFlags } from '../flags.ts';
import { reportText } from './common/printable.ts';
import { terminal } from './common/terminal.ts';

interface Command {
  summary: string;
  /** `program`: as it was called, `dynamicenv` or `kubectl dynamicenv`. Imported when needed: `serve` has to start fast. */
  help: (program: string) => string | Promise<string>;
  run: (args: string[]) => Promise<number>;
}

const COMMANDS: Record<string, Command> = {
  serve: {
    summary: "answer Metacontroller's hooks and the admission webhook",
    help: (program) => `Usage: ${program} serve [flags]\n\n${describeFlags(SERVE_FLAGS)}`,
    run: async (args) => {
      const { serve } = await import('../main.ts');
      await serve(servable(coherent(readFlags(SERVE_FLAGS, args, process.env))));
      return 0;
    },
  },
  preview: {
    summary:
      'show what DynamicEnvs, Environments, merges and VirtualEnvironments would change, for objects of files or of a cluster',
    help: async (program) => (await import('./preview/options.ts')).previewHelp(program),
    run: async (args) => {
      const { preview } = await import('./preview/preview.ts');
      return preview(args, terminal());
    },
  },
  trace: {
    summary:
      'say where a request goes or who handles a message, and why: which route, which env, which pods',
    help: async (program) => (await import('./trace/options.ts')).traceHelp(program),
    run: async (args) => {
      const { trace } = await import('./trace/trace.ts');
      return trace(args, terminal());
    },
  },
  get: {
    summary:
      'show the state of a DynamicEnv, of Environments, merges or VirtualEnvironments in a cluster, and what to do',
    help: async (program) => (await import('./get/options.ts')).getHelp(program),
    run: async (args) => {
      const { get } = await import('./get/get.ts');
      return get(args, terminal());
    },
  },
  diff: {
    summary: 'compare the configuration of two Environments or two DynamicEnvs',
    help: async (program) => (await import('./diff/options.ts')).diffHelp(program),
    run: async (args) => {
      const { diff } = await import('./diff/diff.ts');
      return diff(args, terminal());
    },
  },
  ref: {
    summary: "print a branch's ref",
    help: async (program) => (await import('./ref/options.ts')).refHelp(program),
    run: async (args) => {
      const { ref } = await import('./ref/ref.ts');
      return ref(args, terminal());
    },
  },
  'merge-adopt': {
    summary:
      "print kubectl commands that take another operator's merged routes out of VirtualServices",
    help: async (program) => (await import('./merge-adopt/options.ts')).mergeAdoptHelp(program),
    run: async (args) => {
      const { mergeAdopt } = await import('./merge-adopt/merge-adopt.ts');
      return mergeAdopt(args, terminal());
    },
  },
  'virtual-environment-adopt': {
    summary: 'print kubectl commands that take VirtualEnvironments over from their operator',
    help: async (program) => {
      const { virtualEnvironmentAdoptHelp } = await import(
        './virtual-environment-adopt/options.ts'
      );
      return virtualEnvironmentAdoptHelp(program);
    },
    run: async (args) => {
      const { virtualEnvironmentAdopt } = await import(
        './virtual-environment-adopt/virtual-environment-adopt.ts'
      );
      return virtualEnvironmentAdopt(args, terminal());
    },
  },
  demo: {
    summary:
      'show the life of a DynamicEnv, of branches, Environments, merges, messages or a VirtualEnvironment; every step is checked',
    help: async (program) => (await import('./demo/options.ts')).demoHelp(program),
    run: async (args) => {
      const { readStory } = await import('./demo/options.ts');
      const story = readStory(args);
      if (story === 'branches') return (await import('./demo/branches.ts')).branches(terminal());
      if (story === 'merge') return (await import('./demo/merge.ts')).merge(terminal());
      if (story === 'messages') return (await import('./demo/messages.ts')).messages(terminal());
      if (story === 'environments') {
        return (await import('./demo/environments.ts')).environments(terminal());
      }
      if (story === 'virtual-environment') {
        const { virtualEnvironment } = await import('./demo/virtual-environment.ts');
        return virtualEnvironment(terminal());
      }
      const { demo } = await import('./demo/demo.ts');
      return demo(terminal());
    },
  },
};

function usage(program: string): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const commands = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `  ${name.padEnd(width)} ${summary}`,
  );
  return `Usage: ${program} COMMAND [flags]; ${program} COMMAND --help\n\n${commands.join('\n')}`;
}

/** Runs one command. Returns the exit code: 2 for a mistake in the arguments or input. */
export async function run([name, ...args]: string[], program: string): Promise<number> {
  if (name === undefined || name === 'help' || isHelp(name)) return print(usage(program));
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return complain(program, `unknown command ${name}; see --help`);
  if (args.some(isHelp)) return print(await command.help(program));
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) return complain(program, error.message);
    throw error;
  }
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function complain(program: string, message: string): number {
  process.stderr.write(reportText(`${program}: ${message}`.split('\n')));
  return 2;
}
