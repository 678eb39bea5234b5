import { expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../../../src/api/dynamicenv.ts';
import { matchText } from '../../../../../src/kinds/dynamicenv/status/match-text.ts';

it.each<[string, IstioMatch[], string]>([
  ['exact', [{ headers: { user: { exact: 'a' } } }], 'user=a'],
  ['prefix', [{ headers: { user: { prefix: 'a' } } }], 'user^=a'],
  ['regex', [{ headers: { user: { regex: 'a.*' } } }], 'user~a.*'],
  ['a source label', [{ sourceLabels: { app: 'web' } }], 'source app=web'],
  [
    'all conditions of one match, by name, then the next match',
    [
      { headers: { b: { exact: '2' }, a: { prefix: '1' } }, sourceLabels: { z: '4', y: '3' } },
      { headers: { c: { exact: '5' } } },
    ],
    'a^=1,b=2,source y=3,source z=4 or c=5',
  ],
  ['a query parameter', [{ queryParams: { b: { regex: '.+' }, a: { exact: '1' } } }], '?a=1,?b~.+'],
  ['a cookie', [{ cookie: { name: 'user', exact: 'alice' } }], 'cookie user=alice'],
  ['a baggage member', [{ baggage: { key: 'user', exact: 'Al Ice' } }], 'baggage user=Al Ice'],
  [
    'conditions of every kind',
    [
      {
        baggage: { key: 'e', exact: '5' },
        cookie: { name: 'd', exact: '4' },
        queryParams: { c: { prefix: '3' } },
        sourceLabels: { b: '2' },
        headers: { a: { exact: '1' } },
      },
    ],
    'a=1,source b=2,?c^=3,cookie d=4,baggage e=5',
  ],
])('%s', (_what, matches, text) => {
  expect(matchText({ istioMatches: matches })).toBe(text);
});

it('a ref comes last', () => {
  const istioMatches = [{ headers: { user: { exact: 'a' } } }];
  expect(matchText({ istioMatches, ref: 'mp-101' })).toBe('user=a or ref mp-101');
  expect(matchText({ ref: 'mp-101' })).toBe('ref mp-101');
});
