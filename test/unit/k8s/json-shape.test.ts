import { expect, test } from '@jest/globals';
import { isDeeperThan, shapeProblem } from '../../../src/k8s/json-shape.ts';

const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);

test.each([
  ['{"a":[1,{"b":null}]}', undefined],
  [nested(100), undefined],
  [nested(101), 'nests deeper than 100 levels'],
  [nested(200_000), 'nests deeper than 100 levels'],
  [nested(50, '{"a":[', ']}').replace('[]', '[{}]'), 'nests deeper than 100 levels'],
  // Brackets inside a string do not count, and an escaped quote does not end the string.
  [JSON.stringify('['.repeat(500)), undefined],
  [JSON.stringify({ a: `\\"${'['.repeat(500)}`, b: '\\' }), undefined],
  [`["\\\\",${nested(100)}]`, 'nests deeper than 100 levels'],
  [`["\\\\\\"",${nested(99)}]`, undefined],
  // Lists that follow each other are not nested.
  [`[${'[],'.repeat(500)}[]]`, undefined],
  [`[${'0,'.repeat(1_500_000)}0]`, 'has more than 1500000 values'],
  // Invalid JSON is accepted here, because the parser refuses it.
  ['"never ends [[[', undefined],
  ['', undefined],
])('%.60s', (text, problem) => {
  expect(shapeProblem(text)).toBe(problem);
});

test.each([
  [1, 0, false],
  ['text', 0, false],
  [null, 0, false],
  [[], 0, true],
  [[], 1, false],
  [{ a: [{ b: null }] }, 2, true],
  [{ a: [{ b: null }] }, 3, false],
])('%j is deeper than %d levels: %s', (value, levels, expected) => {
  expect(isDeeperThan(levels, value)).toBe(expected);
});
