import { describe, expect, it } from '@jest/globals';
import { staleOwnerPointers } from '../../../src/k8s/managed-fields.ts';
import type { FieldsV1 } from '../../../src/k8s/object.ts';

const LABELS = '/metadata/labels';

/** The fields of one managedFields entry: a tree of labels, and `beside` for other fields. */
function tree(labels: FieldsV1, beside: FieldsV1 = {}): FieldsV1 {
  return { 'f:metadata': { 'f:labels': labels, ...beside } };
}

describe('managedFields of removed keys', () => {
  it.each<[string, FieldsV1 | undefined, string[], string[]]>([
    ['no key was removed', tree({ 'f:a': {} }), [], []],
    ['a manager without fields', undefined, [`${LABELS}/a`], []],
    ['no manager owns one of the keys', tree({ 'f:b': {} }), [`${LABELS}/a`], []],
    [
      'one key beside others',
      tree({ 'f:a': {}, 'f:b': {} }),
      [`${LABELS}/a`],
      ['/0/fieldsV1/f:metadata/f:labels/f:a'],
    ],
    [
      'some keys beside others',
      tree({ 'f:a': {}, 'f:b': {}, 'f:c': {} }),
      [`${LABELS}/c`, `${LABELS}/a`],
      ['/0/fieldsV1/f:metadata/f:labels/f:a', '/0/fieldsV1/f:metadata/f:labels/f:c'],
    ],
    [
      'the last key: no empty tree is left, because that would mean the map itself',
      tree({ 'f:a': {} }, { 'f:annotations': { 'f:b': {} } }),
      [`${LABELS}/a`],
      ['/0/fieldsV1/f:metadata/f:labels'],
    ],
    [
      'the last key of several trees',
      { ...tree({ 'f:a': {} }, { 'f:annotations': { 'f:b': {} } }), 'f:spec': {} },
      [`${LABELS}/a`, '/metadata/annotations/b'],
      ['/0/fieldsV1/f:metadata'],
    ],
    ['everything that a manager owned', tree({ 'f:a': {} }), [`${LABELS}/a`], ['/0']],
    [
      'a key, but not the map that its owner created',
      tree({ '.': {}, 'f:a': {} }),
      [`${LABELS}/a`],
      ['/0/fieldsV1/f:metadata/f:labels/f:a'],
    ],
    ['the whole map', tree({ '.': {}, 'f:a': {} }), [LABELS], ['/0']],
    [
      'the whole map of a manager that owns more',
      { ...tree({ '.': {} }), 'f:spec': { 'f:http': {} } },
      [LABELS],
      ['/0/fieldsV1/f:metadata'],
    ],
    [
      'keys with characters that JSON pointers escape',
      tree({ 'f:x/a~b': {}, 'f:b': {} }),
      [`${LABELS}/x~1a~0b`],
      ['/0/fieldsV1/f:metadata/f:labels/f:x~1a~0b'],
    ],
    [
      'items of lists and values of sets are not keys',
      { 'f:metadata': { 'f:labels': { 'k:{"a":1}': {}, 'v:a': {}, 'f:a': {} } } },
      [`${LABELS}/a`],
      ['/0/fieldsV1/f:metadata/f:labels/f:a'],
    ],
    [
      'a key that starts with another key',
      tree({ 'f:a': {}, 'f:ab': {} }),
      [`${LABELS}/ab`],
      ['/0/fieldsV1/f:metadata/f:labels/f:ab'],
    ],
  ])('%s', (_, fieldsV1, gone, expected) => {
    const entry = { manager: 'x', ...(fieldsV1 === undefined ? {} : { fieldsV1 }) };
    expect(staleOwnerPointers([entry], gone)).toEqual(expected);
  });

  it('each of several managers', () => {
    const entries = [
      { fieldsV1: tree({ 'f:a': {} }) },
      { fieldsV1: tree({ 'f:b': {} }) },
      { fieldsV1: tree({ 'f:a': {}, 'f:b': {} }) },
    ];
    expect(staleOwnerPointers(entries, [`${LABELS}/a`])).toEqual([
      '/0',
      '/2/fieldsV1/f:metadata/f:labels/f:a',
    ]);
    expect(staleOwnerPointers([], [`${LABELS}/a`])).toEqual([]);
  });
});
