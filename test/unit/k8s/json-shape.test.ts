import { expect, test } from '@jest/globals';
import { shapeProblem } from '../../../src/k8s/json-shape.ts';

const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);

test.each([
  ['{"a":[1,{"b":null}]}', undefined],
  [nested(100), undefined],
  [nested(101), 'nests deeper than 100 levels'],
  [nested(200_000), 'nests deeper than 100 levels'],
  [nested(50, '{"a":[', ']}').replace('[]', '[{}]'), 'nests deeper than 100 levels'],
  // In a text brackets are no brackets, and a quote that is escaped does not end it.
  [JSON.stringify('['.repeat(500)), undefined],
  [JSON.stringify({ a: `\\"${'['.repeat(500)}`, b: '\\' }), undefined],
  [`["\\\\",${nested(100)}]`, 'nests deeper than 100 levels'],
  [`["\\\\\\"",${nested(99)}]`, undefined],
  // Lists that stand beside each other are not one in the other.
  [`[${'[],'.repeat(500)}[]]`, undefined],
  [`[${'0,'.repeat(1_500_000)}0]`, 'has more than 1500000 values'],
  // No JSON at all is for the parser to refuse.
  ['"never ends [[[', undefined],
  ['', undefined],
])('%.60s', (text, problem) => {
  expect(shapeProblem(text)).toBe(problem);
});
