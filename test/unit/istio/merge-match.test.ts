import { describe, expect, it } from '@jest/globals';
import { contradiction, mergeMatches } from '../../../src/istio/merge-match.ts';
import type { HTTPMatchRequest, StringMatch } from '../../../src/istio/types.ts';

const ok = (root: HTTPMatchRequest, leaf: HTTPMatchRequest) =>
  mergeMatches([root], [leaf]) !== undefined;

describe('mergeMatches joins', () => {
  it('absent and present matches', () => {
    const some = [{ uri: { exact: '/' } }];
    expect(mergeMatches([], some)).toBe(some);
    expect(mergeMatches(some, [])).toBe(some);
    expect(mergeMatches([], [])).toEqual([]);
  });

  it("all fields, with the delegate's first", () => {
    const root: HTTPMatchRequest = {
      name: 'r',
      uri: { prefix: '/a' },
      method: { exact: 'GET' },
      authority: { exact: 'a' },
      scheme: { exact: 'http' },
      headers: { a: { exact: '1' }, b: { prefix: 'b' } },
      withoutHeaders: { c: {} },
      queryParams: { q: { exact: '1' } },
      port: 80,
      sourceLabels: { app: 'web' },
      sourceNamespace: 'shop',
      gateways: ['mesh', 'shop/gw'],
      ignoreUriCase: true,
    };
    const leaf: HTTPMatchRequest = {
      name: 'l',
      uri: { prefix: '/a/b' },
      headers: { b: { exact: 'bb' }, d: {} },
      withoutHeaders: { e: {} },
      queryParams: { p: {} },
      port: 0,
      sourceLabels: { v: '1' },
      sourceNamespace: 'shop',
      gateways: ['mesh'],
      ignoreUriCase: true,
    };
    expect(mergeMatches([root], [leaf])).toEqual([
      {
        ...root,
        name: 'r-l',
        uri: { prefix: '/a/b' },
        headers: { a: { exact: '1' }, b: { exact: 'bb' }, d: {} },
        withoutHeaders: { c: {}, e: {} },
        queryParams: { q: { exact: '1' }, p: {} },
        sourceLabels: { app: 'web', v: '1' },
        gateways: ['mesh'],
      },
    ]);
  });

  it.each<[HTTPMatchRequest, HTTPMatchRequest, string | undefined]>([
    [{ name: 'r' }, {}, 'r'],
    [{}, { name: 'l' }, 'l'],
    [{ name: 'r' }, { name: '' }, 'r'],
    [{}, {}, undefined],
  ])('the names %j and %j', (root, leaf, name) => {
    expect(mergeMatches([root], [leaf])?.[0]?.name).toBe(name);
  });

  it('an empty list of gateways does not replace a filled one', () => {
    expect(mergeMatches([{ gateways: ['mesh'] }], [{ gateways: [] }])?.[0]?.gateways).toEqual([
      'mesh',
    ]);
  });

  it('each entry of the delegate with each compatible entry of the root', () => {
    const uris = (match?: readonly HTTPMatchRequest[]) =>
      match?.map(({ uri, method }) => [uri, method]);
    const root = [
      { uri: { prefix: '/a' } },
      { uri: { prefix: '/b' } },
      { method: { exact: 'GET' } },
    ];
    expect(
      uris(mergeMatches(root, [{ uri: { exact: '/a/1' } }, { uri: { exact: '/b/1' } }])),
    ).toEqual([
      [{ exact: '/a/1' }, undefined],
      [{ exact: '/a/1' }, { exact: 'GET' }],
      [{ exact: '/b/1' }, undefined],
      [{ exact: '/b/1' }, { exact: 'GET' }],
    ]);
  });

  it('nothing if one entry contradicts all entries of the root', () => {
    const root = [{ uri: { prefix: '/a' } }];
    expect(
      mergeMatches(root, [{ uri: { exact: '/a' } }, { uri: { exact: '/c' } }]),
    ).toBeUndefined();
  });
});

describe('strings of the root and of the delegate', () => {
  it.each<[StringMatch, StringMatch, boolean]>([
    [{ exact: 'a' }, { exact: 'a' }, true],
    [{ exact: 'a' }, { exact: 'ab' }, false],
    [{ exact: 'a' }, { prefix: 'a' }, false],
    [{ exact: 'a' }, { regex: 'a' }, false],
    [{ exact: 'a' }, {}, false],
    [{ prefix: 'a' }, { exact: 'ab' }, true],
    [{ prefix: 'a' }, { prefix: 'ab' }, true],
    [{ prefix: 'a' }, { prefix: 'a' }, true],
    [{ prefix: 'ab' }, { prefix: 'a' }, false],
    [{ prefix: 'ab' }, { exact: 'a' }, false],
    [{ prefix: 'a' }, { regex: 'a' }, false],
    [{ prefix: 'a' }, {}, false],
    [{ regex: 'a' }, { regex: 'a' }, false],
    [{ regex: 'a' }, { exact: 'a' }, false],
    [{}, { exact: 'a' }, false],
    [{}, {}, false],
  ])('%j and %j are compatible: %j', (root, leaf, expected) => {
    expect(ok({ uri: root }, { uri: leaf })).toBe(expected);
    expect(ok({ scheme: root }, { scheme: leaf })).toBe(expected);
    expect(ok({ method: root }, { method: leaf })).toBe(expected);
    expect(ok({ authority: root }, { authority: leaf })).toBe(expected);
    expect(ok({ headers: { a: root } }, { headers: { b: {}, a: leaf } })).toBe(expected);
    expect(ok({ withoutHeaders: { a: root } }, { withoutHeaders: { a: leaf } })).toBe(expected);
    expect(ok({ queryParams: { a: root } }, { queryParams: { a: leaf } })).toBe(expected);
  });
});

describe('other fields of the root and of the delegate', () => {
  it.each<[HTTPMatchRequest, HTTPMatchRequest, boolean]>([
    [{ headers: { a: { exact: '1' } } }, { headers: { A: { exact: '2' } } }, true],
    [{ headers: { a: {} } }, { headers: { constructor: {} } }, true],
    [{ ignoreUriCase: true }, {}, false],
    [{}, { ignoreUriCase: true }, false],
    [{ ignoreUriCase: false }, {}, true],
    [{ port: 80 }, { port: 81 }, false],
    [{ port: 80 }, { port: 80 }, true],
    [{ port: 80 }, { port: 0 }, true],
    [{ port: 0 }, { port: 80 }, true],
    [{ sourceNamespace: 'a' }, { sourceNamespace: 'a' }, true],
    [{ sourceNamespace: 'a' }, { sourceNamespace: 'b' }, false],
    [{ sourceNamespace: 'a' }, {}, false],
    [{}, { sourceNamespace: 'b' }, true],
    [{ sourceLabels: { a: '1' } }, { sourceLabels: { a: '2' } }, false],
    [{ sourceLabels: { a: '1' } }, { sourceLabels: { a: '1', b: '2' } }, true],
    [{ sourceLabels: { a: '1' } }, {}, true],
    [{ gateways: ['mesh'] }, { gateways: ['ns/gw'] }, false],
    [{ gateways: ['mesh', 'ns/gw'] }, { gateways: ['ns/gw'] }, true],
    [{ gateways: ['mesh'] }, { gateways: ['mesh', 'ns/gw'] }, false],
    [{ gateways: ['mesh'] }, { gateways: ['mesh', 'mesh'] }, false],
    [{ gateways: ['mesh'] }, {}, true],
    [{}, { gateways: ['mesh'] }, true],
    [{ gateways: [] }, { gateways: ['mesh'] }, true],
  ])('%j and %j are compatible: %j', (root, leaf, expected) => {
    expect(ok(root, leaf)).toBe(expected);
  });
});

describe('the contradicting field is named', () => {
  const regex = { regex: 'a' };
  it.each<[string | undefined, HTTPMatchRequest, HTTPMatchRequest]>([
    [undefined, {}, {}],
    ['uri', { uri: regex, scheme: regex }, { uri: regex, scheme: regex }],
    ['authority', { authority: regex, headers: { a: {} } }, { authority: {}, headers: { a: {} } }],
    ['headers.b', { headers: { a: regex, b: {} } }, { headers: { b: {}, a: {} } }],
    [
      'withoutHeaders.a',
      { withoutHeaders: { a: {} }, port: 1 },
      { withoutHeaders: { a: {} }, port: 2 },
    ],
    ['queryParams.q', { queryParams: { q: {} } }, { queryParams: { q: {} } }],
    ['ignoreUriCase', { ignoreUriCase: true, sourceNamespace: 'x' }, {}],
    ['port', { port: 1, sourceNamespace: 'x' }, { port: 2 }],
    ['sourceNamespace', { sourceNamespace: 'x' }, {}],
    ['sourceLabels.a', { sourceLabels: { b: '1', a: '1' } }, { sourceLabels: { b: '1', a: '2' } }],
    ['gateways', { gateways: ['mesh'] }, { gateways: ['ns/gw'] }],
  ])('%s', (field, root, leaf) => {
    expect(contradiction(root, leaf)).toBe(field);
  });
});
