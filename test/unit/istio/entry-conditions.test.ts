import { expect, it } from '@jest/globals';
import { covers } from '../../../src/istio/cover.ts';
import { entryConditions, parameterKey } from '../../../src/istio/entry-conditions.ts';
import type { HTTPMatchRequest } from '../../../src/istio/types.ts';

const COMPARED = new Set(['user', ...['q', 'Q'].map(parameterKey)]);
const isCovered = (a: HTTPMatchRequest, b: HTTPMatchRequest, compared = COMPARED) =>
  covers(entryConditions(a, compared), entryConditions(b, compared));
const query = (name: string, value: object): HTTPMatchRequest => ({
  queryParams: { [name]: value },
});
const without = (name: string, value: object): HTTPMatchRequest => ({
  withoutHeaders: { [name]: value },
});

it.each<[string, HTTPMatchRequest, HTTPMatchRequest, boolean]>([
  ['the same parameter', query('q', { exact: 'a' }), query('q', { exact: 'a' }), true],
  ['a prefix of its value', query('q', { prefix: 'a' }), query('q', { exact: 'ab' }), true],
  ['a regex for its value', query('q', { regex: 'a.*' }), query('q', { exact: 'ab' }), true],
  ['another value', query('q', { exact: 'a' }), query('q', { exact: 'ab' }), false],
  ['a longer prefix', query('q', { prefix: 'ab' }), query('q', { prefix: 'a' }), false],
  [
    'a parameter that differs by case',
    query('Q', { prefix: 'a' }),
    query('q', { exact: 'a' }),
    false,
  ],
  ['no parameter', {}, query('q', { exact: 'a' }), true],
  ['a parameter against none', query('q', { exact: 'a' }), {}, false],
  [
    'a header of the same name',
    { headers: { q: { exact: 'a' } } },
    query('q', { exact: 'a' }),
    false,
  ],
  [
    'an equal condition on another parameter, which is not compared',
    query('x', { prefix: 'a' }),
    query('x', { prefix: 'a' }),
    true,
  ],
  [
    'a wider condition on another parameter',
    query('x', { prefix: 'a' }),
    query('x', { exact: 'a' }),
    false,
  ],
  [
    'an equal excluded header, in another spelling',
    without('User', { regex: 'a' }),
    { ...without('user', { regex: 'a' }), headers: { user: { exact: 'b' } } },
    true,
  ],
  ['an excluded header against none', without('user', {}), {}, false],
  ['another excluded value', without('user', {}), without('user', { exact: 'a' }), false],
])('%s', (_name, wide, narrow, expected) => {
  expect(isCovered(wide, narrow)).toBe(expected);
});

it('keys of parameters are different for different names, even without regard to case', () => {
  const names = ['q', 'Q', '^q', '^Q', '^^q', 'qQ', 'Qq', '?q'];
  const keys = names.map((name) => parameterKey(name).toLowerCase());
  expect(new Set(keys).size).toBe(names.length);
});
