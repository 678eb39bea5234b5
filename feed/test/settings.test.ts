import { expect, test } from '@jest/globals';
import { HELP, readSettings } from '../src/settings.ts';

test('the defaults are those that the help says', () => {
  const settings = readSettings([]);
  expect(settings).toEqual({
    host: '0.0.0.0',
    port: 8080,
    maxPolls: 3000,
    logLevel: 'info',
    kubeconfig: undefined,
  });
  for (const value of ['(0.0.0.0)', '(8080)', '(3000)', '(info)']) expect(HELP).toContain(value);
  expect(readSettings(['--help', '--port=1'])).toBe('help');
});

test.each([
  [['--port=x'], /--port/],
  [['--port=65536'], /--port/],
  [['--port='], /--port/],
  [['--max-polls=0'], /--max-polls/],
  [['--max-polls=1e3'], /--max-polls/],
  [['--host='], /--host/],
  [['--log-level=loud'], /--log-level/],
  [['--color=red'], /--color/],
  [['serve'], /serve/],
  [['--kubeconfig'], /--kubeconfig/],
])('refuses %j, and names the flag', (args, words) => {
  expect(() => readSettings(args)).toThrow(words);
});
