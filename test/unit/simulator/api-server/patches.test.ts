import { describe, expect, test } from '@jest/globals';
import { applyJsonPatch } from '../../../../src/simulator/api-server/json-patch.ts';
import { noKeys, strategicKeys } from '../../../../src/simulator/api-server/list-keys.ts';
import { mergePatch } from '../../../../src/simulator/api-server/merge-patch.ts';
import { threeWayMerge } from '../../../../src/simulator/api-server/three-way-merge.ts';
import { guessKeys } from '../../../../src/simulator/metacontroller/apply-dynamic.ts';

describe('JSON Patch', () => {
  test.each([
    ['add a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['add replaces a member', { a: 1 }, [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
    ['add into a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    ['add to the end', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    ['remove a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
    ['remove an item', { a: [1, 2] }, [{ op: 'remove', path: '/a/0' }], { a: [2] }],
    ['replace an item', { a: [1, 2] }, [{ op: 'replace', path: '/a/1', value: 3 }], { a: [1, 3] }],
    [
      'replace a member',
      { a: { b: 1 } },
      [{ op: 'replace', path: '/a/b', value: 2 }],
      { a: { b: 2 } },
    ],
    ['a test that passes', { a: 1 }, [{ op: 'test', path: '/a', value: 1 }], { a: 1 }],
    ['escaped names', { 'a/b~c': 1 }, [{ op: 'remove', path: '/a~1b~0c' }], {}],
  ])('%s', (_name, document, patch, expected) => {
    const before = structuredClone(document);
    expect(applyJsonPatch<unknown>(document, patch)).toEqual(expected);
    expect(document).toEqual(before);
  });

  test.each([
    ['missing member', [{ op: 'remove', path: '/b' }], 'missing path: /b'],
    ['missing parent', [{ op: 'add', path: '/b/c', value: 1 }], 'missing path: /b/c'],
    [
      'the parent is not a map or list',
      [{ op: 'add', path: '/a/c', value: 1 }],
      'missing path: /a/c',
    ],
    ['an index past the end', [{ op: 'add', path: '/l/2', value: 1 }], 'no such position: /l/2'],
    ['leading zero', [{ op: 'replace', path: '/l/00', value: 1 }], 'no such position: /l/00'],
    [
      'the end of the list has no value',
      [{ op: 'remove', path: '/l/-' }],
      'no such position: /l/-',
    ],
    ['failed test', [{ op: 'test', path: '/a', value: 2 }], 'test failed: /a'],
    ['unknown operation', [{ op: 'move', path: '/a' }], 'unknown operation: move'],
    ['not a JSON pointer', [{ op: 'add', path: 'a' }], 'invalid JSON pointer: a'],
    ['the document', [{ op: 'replace', path: '', value: 1 }], 'the whole document'],
  ])('refuses: %s', (_name, patch, message) => {
    expect(() => applyJsonPatch({ a: 1, l: [1] }, patch)).toThrow(message);
  });
});

test('JSON Merge Patch: null removes, maps merge, the rest replaces', () => {
  const target = { a: { b: 1, c: 2 }, l: [1, 2], x: 1 };
  const patch = { a: { b: null, d: { e: 1 } }, l: [3], x: { y: null, z: 1 } };
  expect(mergePatch(target, patch)).toEqual({ a: { c: 2, d: { e: 1 } }, l: [3], x: { z: 1 } });
});

describe('three-way merge', () => {
  test("removes fields that were applied before and are absent now; keeps other owners' fields", () => {
    const live = { a: 1, b: 2, theirs: 3, m: { x: 1, y: 2 } };
    const merged = threeWayMerge(live, { a: 1, b: 2, m: { x: 1 } }, { a: 5, m: {} }, noKeys);
    expect(merged).toEqual({ a: 5, theirs: 3, m: { y: 2 } });
  });

  test('merges keyed lists by item, in the old order, with new items last', () => {
    const live = {
      env: [{ name: 'Z', value: '1' }, { name: 'THEIRS' }, { name: 'A', value: '1' }],
    };
    const last = {
      env: [
        { name: 'Z', value: '1' },
        { name: 'A', value: '1' },
      ],
    };
    const desired = {
      env: [
        { name: '1', value: '9' },
        { name: 'A', value: '2' },
      ],
    };
    expect(threeWayMerge(live, last, desired, strategicKeys)).toEqual({
      env: [{ name: 'THEIRS' }, { name: 'A', value: '2' }, { name: '1', value: '9' }],
    });
  });

  test('replaces other lists, and lists of custom resources, as a whole', () => {
    const live = { command: ['a'], http: [{ name: 'x', timeout: '1s' }] };
    const desired = { command: ['b'], http: [{ name: 'x' }] };
    expect(threeWayMerge(live, {}, desired, noKeys)).toEqual(desired);
  });

  test('a value of another type counts as absent, as in Metacontroller', () => {
    const live = { m: { a: 1, b: 2 }, l: [{ name: 'x' }] };
    expect(threeWayMerge(live, { m: { a: 1 } }, { m: 'text', l: 'text' }, noKeys)).toEqual({
      m: { b: 2 },
      l: [],
    });
    expect(threeWayMerge(live, { m: 1, l: 1 }, { m: { a: 2 }, l: [] }, guessKeys)).toEqual({
      m: { a: 2, b: 2 },
      l: [{ name: 'x' }],
    });
  });
});

describe('list keys that are guessed', () => {
  test.each([
    ['name', [[{ name: 'a' }], [{ name: 'b', image: 'x' }]], ['name']],
    ['port before name', [[{ name: 'a', port: 1 }]], ['port']],
    ['containerPort first', [[{ name: 'a', containerPort: 1 }]], ['containerPort']],
    ['a key that is not in every item', [[{ name: 'a' }, { uid: 'u' }]], undefined],
    ['plain values', [['a']], undefined],
    ['no possible key', [[]], undefined],
  ])('%s', (_name, lists, expected) => {
    expect(guessKeys('any', lists)).toEqual(expected);
  });

  test('two ports with the same number become one, whatever their protocols', () => {
    const live = {
      ports: [
        { port: 53, protocol: 'TCP' },
        { port: 53, protocol: 'UDP' },
      ],
    };
    expect(threeWayMerge(live, live, live, guessKeys)).toEqual({
      ports: [
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'UDP' },
      ],
    });
  });
});

test('names of inherited members are normal keys', () => {
  const labels = (value: string) => ({
    labels: JSON.parse(`{"constructor": "${value}", "__proto__": "${value}"}`),
  });
  expect(Object.entries((mergePatch({}, labels('a')) as { labels: object }).labels)).toEqual([
    ['constructor', 'a'],
    ['__proto__', 'a'],
  ]);
  const { labels: merged } = threeWayMerge(labels('a'), labels('a'), labels('b'), strategicKeys);
  expect(Object.entries(merged as object)).toEqual([
    ['constructor', 'b'],
    ['__proto__', 'b'],
  ]);
});
