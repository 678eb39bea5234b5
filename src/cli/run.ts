import { SERVE_FLAGS } from '../config.ts';
import { UsageError } from '../errors.ts';
import { describeFlags, readFlags } from '../flags.ts';
import { PREVIEW_HELP } from './preview-options.ts';
import { terminal } from './terminal.ts';

interface Command {
  summary: string;
  help: string;
  run: (args: string[]) => Promise<number>;
}

const COMMANDS: Record<string, Command> = {
  serve: {
    summary: "answer Metacontroller's hooks and the admission webhook",
    help: `Usage: dynamicenv serve [flags]\n\n${describeFlags(SERVE_FLAGS)}`,
    run: async (args) => {
      const { serve } = await import('../main.ts');
      await serve(readFlags(SERVE_FLAGS, args, process.env));
      return 0;
    },
  },
  preview: {
    summary: 'show what the DynamicEnvs among some files would do, without a cluster',
    help: PREVIEW_HELP,
    run: async (args) => {
      const { preview } = await import('./preview.ts');
      return preview(args, terminal());
    },
  },
  demo: {
    summary: 'tell the life of a DynamicEnv on a small shop, checking every step',
    help: 'Usage: dynamicenv demo\n\nEverything happens in memory; exit code 1 when a step is untrue.',
    run: async () => {
      const { demo } = await import('./demo.ts');
      return demo(terminal());
    },
  },
};

const USAGE = `Usage: dynamicenv COMMAND [flags]; dynamicenv COMMAND --help

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(9)} ${summary}`)
  .join('\n')}`;

/** Runs one command; answers the exit code: 2 for a mistake in the arguments or input. */
export async function run([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === 'help' || isHelp(name)) return print(USAGE);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return complain(`unknown command ${name}; see --help`);
  if (args.some(isHelp)) return print(command.help);
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) return complain(error.message);
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

function complain(message: string): number {
  process.stderr.write(`dynamicenv: ${message}\n`);
  return 2;
}
