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
])('%s', (_what, matches, text) => {
  expect(matchText({ istioMatches: matches })).toBe(text);
});
