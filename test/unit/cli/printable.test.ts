import { styleText } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { printable, reportText } from '../../../src/cli/common/printable.ts';
import type { Paint } from '../../../src/cli/common/terminal.ts';

describe('printable', () => {
  test.each([
    ['a title of the terminal', '\u001b]0;x\u0007', '\\u001b]0;x\\u0007'],
    ['a movement of the cursor', '\u001b[2J\u001b[1;1H', '\\u001b[2J\\u001b[1;1H'],
    ['hidden text', '\u001b[8m', '\\u001b[8m'],
    ['a line break', 'a\r\nb', 'a\\u000d\\u000ab'],
    ['controls of one byte beyond ASCII', '\u009b2J\u007f', '\\u009b2J\\u007f'],
    ['a change of direction', '\u202eabc', '\\u202eabc'],
    ['plain text of any script', 'é ü 日本 🙂 → …', 'é ü 日本 🙂 → …'],
  ])('%s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test.each<Parameters<Paint>[0]>(['red', 'green', 'cyan', 'yellow', 'bold', 'dim'])(
    'the colour %s stays',
    (colour) => {
      const painted = styleText(colour, 'a', { validateStream: false });
      expect(painted).toContain('\u001b[');
      expect(printable(painted)).toBe(painted);
    },
  );

  test('a report has exactly as many lines as it was given, and no control character', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (lines) => {
        const text = reportText(lines.map((line) => line.replaceAll('\u001b[', '')));
        expect(text.split(/\r\n|[\n\r\u2028\u2029\u0085]/)).toHaveLength(lines.length + 1);
        expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
