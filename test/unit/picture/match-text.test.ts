import { expect, test } from '@jest/globals';
import type { HTTPMatchRequest } from '../../../src/istio/types.ts';
import { matchTexts } from '../../../src/picture/match-text.ts';

test.each<[HTTPMatchRequest[] | undefined, string[]]>([
  [undefined, ['everything']],
  [[], ['everything']],
  [[{}], ['everything']],
  [
    [{ uri: { prefix: '/a' } }, { uri: { exact: '/b' } }],
    ['uri^=/a', 'uri=/b'],
  ],
  [[{ uri: { regex: '/c.*' }, ignoreUriCase: true }], ['uri (any case)~/c.*']],
  [[{ uri: { prefix: '/a' }, headers: { user: { exact: 'me' } } }], ['user=me, uri^=/a']],
  [[{ headers: { b: { prefix: 'x' }, a: {} } }], ['a, b^=x']],
  [[{ withoutHeaders: { user: { exact: 'me' } } }], ['without user=me']],
  [[{ queryParams: { q: { exact: '1' } }, port: 8080 }], ['port=8080, ?q=1']],
  [[{ method: { exact: 'GET' }, scheme: { exact: 'http' } }], ['method=GET, scheme=http']],
  [[{ authority: { exact: 'a.b' } }], ['authority=a.b']],
  [
    [{ sourceLabels: { b: '2', a: '1' }, sourceNamespace: 'x' }],
    ['source a=1, source b=2, source namespace=x'],
  ],
  [[{ gateways: ['mesh', 'a/b'] }], ['gateway mesh or a/b']],
])('%j', (match, texts) => {
  expect(matchTexts(match === undefined ? {} : { match })).toEqual(texts);
});
