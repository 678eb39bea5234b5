import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { announceSource, hasPassed, ranIn, recordResult } from '../../e2e/lib/record.ts';

const TITLE = 'a scenario';
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dynamicenv-record-'));
  process.env['E2E_RECORD'] = folder;
  announceSource('one');
});

afterEach(() => {
  delete process.env['E2E_RECORD'];
  rmSync(folder, { recursive: true });
});

function record(...statuses: string[]): void {
  for (const status of statuses) recordResult(folder, { file: 'tools', title: TITLE, status });
}

test.each([
  [['passed'], 'passed', []],
  [['failed'], 'failed', []],
  [['pending'], 'pending', []],
  [['failed', 'passed'], 'passed', [TITLE]],
  [['passed', 'pending'], 'passed', []],
  [['failed', 'pending'], 'failed', []],
])('runs of one test: %s', (statuses, status, retried) => {
  record(...statuses);
  expect(ranIn(folder)).toEqual([{ file: 'tools', statuses: [status], retried }]);
  expect(hasPassed('tools', TITLE)).toBe(status === 'passed');
});

test('what passed with another src/ does not count', () => {
  record('passed');
  announceSource('two');
  expect(hasPassed('tools', TITLE)).toBe(false);
  expect(ranIn(folder)).toEqual([]);
});

test('a test of another file or name has not passed', () => {
  record('passed');
  expect(hasPassed('kills', TITLE)).toBe(false);
  expect(hasPassed('tools', 'another')).toBe(false);
});
