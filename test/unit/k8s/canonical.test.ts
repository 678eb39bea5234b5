import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byText, canonicalJson, jsonEqual, utf8Length } from '../../../src/k8s/canonical.ts';

describe('jsonEqual', () => {
  it.each<[unknown, unknown, boolean]>([
    [1, 1, true],
    [1, '1', false],
    [null, null, true],
    [null, undefined, false],
    [null, {}, false],
    [{}, null, false],
    [{}, [], false],
    [[], {}, false],
    [[], [], true],
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[1], [1, 2], false],
    [[1, 2], [1], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: 1 }, { b: 1 }, false],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: undefined }, { b: undefined }, true],
    [{ a: undefined }, { a: null }, false],
    [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 1 }] } }, true],
    [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }, false],
    ['a', {}, false],
    [{}, 'a', false],
    [JSON.parse('{"__proto__": {}}'), {}, false],
    [{}, JSON.parse('{"__proto__": {}}'), false],
    [JSON.parse('{"__proto__": {}}'), { a: 1 }, false],
    [{ a: 1 }, JSON.parse('{"__proto__": {}}'), false],
    [JSON.parse('{"__proto__": {}}'), JSON.parse('{"__proto__": {}}'), true],
    [{ constructor: undefined }, {}, true],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(jsonEqual(a, b)).toBe(expected);
  });

  it('agrees with the comparison of canonical texts', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
        return jsonEqual(a, b) === (canonicalJson(a) === canonicalJson(b));
      }),
    );
  });
});

describe('canonicalJson', () => {
  it('sorts the keys of maps, and nothing else', () => {
    expect(canonicalJson({ b: [2, 1, { d: null, c: 1 }], a: 'x', B: 1 })).toBe(
      '{"B":1,"a":"x","b":[2,1,{"c":1,"d":null}]}',
    );
  });

  it.each<[string, unknown, string]>([
    ['a map in a sorted map', { a: { c: 1, b: 2 } }, '{"a":{"b":2,"c":1}}'],
    ['a map in a list of a sorted map', { a: [1, { c: 1, b: 2 }] }, '{"a":[1,{"b":2,"c":1}]}'],
    [
      'two maps side by side',
      { a: { z: 1 }, b: { y: 1, x: 1 } },
      '{"a":{"z":1},"b":{"x":1,"y":1}}',
    ],
    [
      'nothing, if everything is sorted',
      { a: { b: 1, c: [] }, d: 'x' },
      '{"a":{"b":1,"c":[]},"d":"x"}',
    ],
  ])('sorts %s', (_, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });
});

it.each([
  ['', 0],
  ['abc', 3],
  ['é', 2],
  ['😀', 4],
])('%j has %d bytes', (text, bytes) => {
  expect(utf8Length(text)).toBe(bytes);
});

it.each([
  ['a', 'a', 0],
  ['a', 'b', -1],
  ['b', 'a', 1],
  ['Z', 'a', -1],
  ['é', 'z', 1],
])('%s compared with %s: %d', (a, b, expected) => {
  expect(byText(a, b)).toBe(expected);
});
