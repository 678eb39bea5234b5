import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseYaml, toYaml } from '../../../src/k8s/yaml.ts';

function read(text: string): unknown {
  const [document] = parseYaml(text);
  expect(document?.problems).toEqual([]);
  return document?.value;
}

describe('values as kubectl reads them', () => {
  // Every line was tried with sigs.k8s.io/yaml v1.6.0, which kubectl uses.
  test.each<[string, unknown]>([
    ['a: 0644', { a: 420 }],
    ['a: 0o644', { a: 420 }],
    ['a: -0o10', { a: -8 }],
    ['a: "0644"', { a: '0644' }],
    ['a: 089', { a: 89 }],
    ['a: 0x1F', { a: 31 }],
    ['a: 0b11', { a: 3 }],
    ['a: 1_000', { a: 1000 }],
    ['a: 1e3', { a: 1000 }],
    ['a: .5', { a: 0.5 }],
    ['a: yes', { a: true }],
    ['a: y', { a: true }],
    ['a: off', { a: false }],
    ['a: tRue', { a: 'tRue' }],
    ['a: ~', { a: null }],
    ['a: NULL', { a: null }],
    ['a: 1:30', { a: '1:30' }],
    ['a: 2020-01-01', { a: '2020-01-01' }],
    ['a: =', { a: '=' }],
    ['a: !foo 1', { a: '1' }],
    ['on: 1', { true: 1 }],
    ['10: 1', { '10': 1 }],
    ['x: &x {q: 1}\nz:\n  <<: *x\n  r: 2', { x: { q: 1 }, z: { q: 1, r: 2 } }],
    ['a: &x [1]\nb: *x', { a: [1], b: [1] }],
    ['a: [2001:2::, a]', { a: ['2001:2::', 'a'] }],
    ['a: [a, 2001:2::]', { a: ['a', '2001:2::'] }],
    ['a: [a: , b]', { a: [{ a: null }, 'b'] }],
    ['a: [{b: 1}, "c:"]', { a: [{ b: 1 }, 'c:'] }],
    ['a:\n- 2001:2::', { a: [{ '2001:2:': null }] }],
    ['{"a":\t"b"}', { a: 'b' }],
    ['\u{feff}a: 1', { a: 1 }],
  ])('%s', (text, value) => {
    expect(read(text)).toEqual(value);
  });
});

describe('documents', () => {
  test('empty ones are left out, and counted', () => {
    const documents = parseYaml('---\n# nothing\n---\na: 1\n---\n---\na: 2\n---\n');
    expect(documents.map(({ number, value }) => [number, value])).toEqual([
      [2, { a: 1 }],
      [4, { a: 2 }],
    ]);
  });

  test.each(['', '# only a comment\n', '---\n'])('nothing in %j', (text) => {
    expect(parseYaml(text)).toEqual([]);
  });

  test('the line of a member, or of what is there of its path', () => {
    const [, second] = parseYaml('a: 1\n---\nb:\n  - c: 1\n    d: 2\n');
    const lines = [[], ['b'], ['b', 0, 'd'], ['b', 0, 'e', 'f'], ['z']];
    expect(lines.map((path) => second?.lineOf(path))).toEqual([3, 4, 5, 4, 3]);
  });
});

describe('mistakes, with their line', () => {
  test.each<[string, number, string]>([
    ['a: 1\na: 2', 2, 'Map keys must be unique'],
    ['a:\n\t- b', 2, 'Tabs are not allowed as indentation'],
    [
      'a: [1',
      1,
      'Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a: 1\nb: {{ .Values.x }}', 2, 'a map or list as a key; a template that was not rendered?'],
    ['a: 1\nb: *x', 1, 'Unresolved alias (the anchor must be set before the alias): x'],
    [bomb(), 1, 'Excessive alias count indicates a resource exhaustion attack'],
  ])('%s', (text, line, message) => {
    const [document] = parseYaml(text);
    expect(document?.problems[0]).toEqual({ line, message });
    expect(document?.value).toBeUndefined();
  });
});

/** Seven levels of ten aliases each: ten million items. */
function bomb(): string {
  const levels = [0, 1, 2, 3, 4, 5, 6].map(
    (level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]`,
  );
  return ['a0: &a0 [x]', ...levels].join('\n');
}

describe('what is printed', () => {
  test.each([
    'yes',
    'n',
    'on',
    '0644',
    '0o644',
    '1e3',
    '1:30',
    '1_000',
    '~',
    '2020-01-01',
    '2001:2::',
    '=',
  ])('the text %j is read back as a text', (text) => {
    expect(read(toYaml({ a: text, b: [text], c: { [text]: text } }))).toEqual({
      a: text,
      b: [text],
      c: { [text]: text },
    });
  });

  test('every JSON value is read back as itself', () => {
    const json = fc.jsonValue().filter((value) => !Object.is(value, -0) && value !== null);
    fc.assert(
      fc.property(json, (value) => {
        const plain = JSON.parse(JSON.stringify({ value }));
        expect(read(toYaml(plain))).toEqual(plain);
      }),
    );
  });
});
