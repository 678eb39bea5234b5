import type { Output } from '../../../src/cli/common/terminal.ts';
import { preview } from '../../../src/cli/preview/preview.ts';

/** An output that collects what is written. With `marked`, coloured text is in brackets after its colour. */
export function recorder(marked = false): Output & { text: () => string; notes: () => string } {
  const written: string[] = [];
  const noted: string[] = [];
  return {
    write: (text) => void written.push(text),
    note: (text) => void noted.push(text),
    paint: (colour, text) => (marked ? `[${colour} ${text}]` : text),
    text: () => written.join(''),
    notes: () => noted.join(''),
  };
}

export interface Previewed {
  code: number;
  text: string;
  notes: string;
}

/** Runs `preview` inside the test process, which is faster than a new process. */
export async function previewed(...args: string[]): Promise<Previewed> {
  const output = recorder();
  const code = await preview(args, output);
  return { code, text: output.text(), notes: output.notes() };
}

/** The error message with which `preview` refuses these arguments. */
export function refusal(...args: string[]): Promise<string> {
  return refusalOf(previewed(...args));
}

/** The error message with which a command refuses its input. */
export async function refusalOf(command: Promise<unknown>): Promise<string> {
  try {
    await command;
  } catch (error) {
    if (error instanceof Error && error.name === 'UsageError') return error.message;
    throw error;
  }
  throw new Error('the command was accepted, but should be refused');
}
