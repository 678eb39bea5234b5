import { styleText } from 'node:util';

type Colour = 'red' | 'green' | 'cyan' | 'yellow' | 'bold' | 'dim';

/** Colours a text, unless the stream is no terminal or the user set NO_COLOR. */
export type Paint = (colour: Colour, text: string) => string;

export function painter(stream: NodeJS.WriteStream): Paint {
  return (colour, text) => styleText(colour, text, { stream, validateStream: true });
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
