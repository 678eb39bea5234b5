import { styleText } from 'node:util';

type Colour = 'red' | 'green' | 'cyan' | 'yellow' | 'bold' | 'dim';

/** Colours a text, unless the stream is no terminal or the user set NO_COLOR; FORCE_COLOR overrules both. */
export type Paint = (colour: Colour, text: string) => string;

/** Where a command writes. */
export interface Output {
  write: (text: string) => void;
  /** For messages to people while the output is for a program: standard error. */
  note: (text: string) => void;
  paint: Paint;
}

export function terminal(): Output {
  return {
    write: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    paint: (colour, text) =>
      styleText(colour, text, { stream: process.stdout, validateStream: true }),
  };
}

/** A unified diff with its lines in the usual colours. */
export function paintDiff(diff: string, paint: Paint): string {
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('---') || line.startsWith('+++')) return paint('bold', line);
      if (line.startsWith('+')) return paint('green', line);
      if (line.startsWith('-')) return paint('red', line);
      return line.startsWith('@@') ? paint('cyan', line) : line;
    })
    .join('\n');
}
