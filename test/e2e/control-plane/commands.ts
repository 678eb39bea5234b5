import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface CommandOptions {
  /** Standard input: a text, or an object that is sent as JSON. */
  input?: string | object;
  /** Environment variables, in addition to those of this process. */
  env?: Readonly<Record<string, string>>;
}

/** Runs a program until it ends. Returns its standard output. If it fails, throws an error with its standard error. */
export type Command = (args: readonly string[], options?: CommandOptions) => Promise<string>;

export function command(program: string, base: Readonly<Record<string, string>>): Command {
  return async (args, { input, env } = {}) => {
    const child = spawn(program, args, { env: { ...process.env, ...base, ...env } });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    });
    // The program may end before it has read all input; then the pipe breaks (EPIPE).
    child.stdin.on('error', () => undefined);
    child.stdin.end(typeof input === 'object' ? JSON.stringify(input) : input);
    const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    if (code === 0) return out;
    throw new Error(err.trim() === '' ? `${program} ${args.join(' ')}: ${out}` : err.trim());
  };
}
