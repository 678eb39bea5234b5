import { preview } from '../../../src/cli/preview/preview.ts';
import type { Output } from '../../../src/cli/shared/terminal.ts';

/** An output that is written down; what would be coloured is in brackets when `marked`. */
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

/** `preview` inside this process: quick. */
export async function previewed(...args: string[]): Promise<Previewed> {
  const output = recorder();
  const code = await preview(args, output);
  return { code, text: output.text(), notes: output.notes() };
}

/** The message with which `preview` refuses its input. */
export function refusal(...args: string[]): Promise<string> {
  return refusalOf(previewed(...args));
}

/** The message with which a command refuses its input. */
export async function refusalOf(command: Promise<unknown>): Promise<string> {
  try {
    await command;
  } catch (error) {
    if (error instanceof Error && error.name === 'UsageError') return error.message;
    throw error;
  }
  throw new Error('accepted');
}
