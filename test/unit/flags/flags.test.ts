import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../../src/errors.ts';
import { describeFlags, parseOptions, readFlags, variableOf } from '../../../src/flags.ts';
import type { Flag } from '../../../src/hooks/flag.ts';

const size: Flag<number> = {
  name: 'max-size',
  value: 'BYTES',
  help: 'how large',
  fallback: '7',
  read: (text) => {
    if (!/^\d+$/.test(text)) throw new Error('expected a number');
    return Number(text);
  },
};
const name: Flag<string> = {
  name: 'name',
  value: 'NAME',
  help: 'whose',
  fallback: '',
  read: (text) => text,
};
const FLAGS = { size, name };

describe('where a setting comes from', () => {
  test.each<[string[], Record<string, string>, number]>([
    [[], {}, 7],
    [[], { DYNAMICENV_MAX_SIZE: '8' }, 8],
    [['--max-size', '9'], { DYNAMICENV_MAX_SIZE: '8' }, 9],
    [['--max-size=9'], {}, 9],
    [['--max-size=9', '--max-size=10'], {}, 10],
    [[], { DYNAMICENV_MAX_SIZE: '' }, 7],
    // Kubernetes sets this variable in pods for a Service with this name.
    [[], { DYNAMICENV_MAX_SIZE: 'tcp://10.0.0.1:8080' }, 7],
    [['--max-size=9'], { DYNAMICENV_MAX_SIZE: 'broken' }, 9],
  ])('%j %j → %j', (args, env, expected) => {
    expect(readFlags(FLAGS, args, env)).toEqual({ size: expected, name: '' });
  });
});

describe('errors name the flag', () => {
  test.each<[string[], Record<string, string>, string]>([
    [['--max-size=x'], {}, '--max-size: expected a number, got "x"'],
    [['--max-size='], {}, '--max-size: expected a number, got ""'],
    [[], { DYNAMICENV_MAX_SIZE: 'x' }, 'DYNAMICENV_MAX_SIZE: expected a number, got "x"'],
    [['--max-sice=1'], {}, "Unknown option '--max-sice'; see --help"],
    [['--max-size'], {}, "Option '--max-size <value>' argument missing; see --help"],
    [['--max-size', '--name'], {}, "Option '--max-size' argument is ambiguous; see --help"],
    [['stray'], {}, "Unexpected argument 'stray'; see --help"],
  ])('%j %j', (args, env, message) => {
    expect(() => readFlags(FLAGS, args, env)).toThrow(new UsageError(message));
  });
});

test('a command with additional options gets the flags and these options', () => {
  expect(
    parseOptions(['--all', '-f', 'x'], {
      all: { type: 'boolean' },
      file: { type: 'string', short: 'f' },
    }),
  ).toEqual({ all: true, file: 'x' });
});

test('help has one line for each flag, with default and variable', () => {
  expect(variableOf('max-size')).toBe('DYNAMICENV_MAX_SIZE');
  expect(describeFlags(FLAGS)).toBe(
    [
      '  --max-size BYTES  how large (default 7) [DYNAMICENV_MAX_SIZE]',
      '  --name NAME       whose [DYNAMICENV_NAME]',
    ].join('\n'),
  );
});
