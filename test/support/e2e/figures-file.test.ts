import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { appendFigure, figuresOf, table } from '../figures-file.ts';

const VARIABLE = 'FIGURES_OF_A_TEST';
const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-figures-'));
const file = join(folder, 'figures.jsonl');

afterEach(() => {
  delete process.env[VARIABLE];
  rmSync(folder, { recursive: true, force: true });
});

test('figures are returned in the order in which they were added; without the variable none is stored', () => {
  appendFigure(VARIABLE, { what: 'nobody asked', value: '0' });
  expect(figuresOf(file)).toEqual([]);
  process.env[VARIABLE] = file;
  appendFigure(VARIABLE, { what: 'a\nb', value: '1' });
  appendFigure(VARIABLE, { what: 'c', value: '2' });
  expect(figuresOf(file)).toEqual([
    { what: 'a\nb', value: '1' },
    { what: 'c', value: '2' },
  ]);
});

test('a table', () => {
  expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |\n');
});
