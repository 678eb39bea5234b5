import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseYaml, toYaml } from '../../../src/k8s/yaml.ts';

function read(text: string): unknown {
  const [document] = parseYaml(text);
  expect(document?.problems).toEqual([]);
  return document?.value;
}

describe('values are read as kubectl reads them', () => {
  // Each row was checked with sigs.k8s.io/yaml v1.6.0, which kubectl uses.
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
  test('empty documents are omitted, but counted', () => {
    const documents = parseYaml('---\n# nothing\n---\na: 1\n---\n---\na: 2\n---\n');
    expect(documents.map(({ number, value }) => [number, value])).toEqual([
      [2, { a: 1 }],
      [4, { a: 2 }],
    ]);
  });

  test.each(['', '# only a comment\n', '---\n'])('%j has no document', (text) => {
    expect(parseYaml(text)).toEqual([]);
  });

  test('the line of a member, or of its nearest existing parent', () => {
    const [, second] = parseYaml('a: 1\n---\nb:\n  - c: 1\n    d: 2\n');
    const lines = [[], ['b'], ['b', 0, 'd'], ['b', 0, 'e', 'f'], ['z']];
    expect(lines.map((path) => second?.lineOf(path))).toEqual([3, 4, 5, 4, 3]);
  });
});

describe('errors have their line', () => {
  test.each<[string, number, string]>([
    ['a:\n\t- b', 2, 'Tabs are not allowed as indentation'],
    [
      'a: [1',
      1,
      'Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'a: 1\nb: {{ .Values.x }}',
      2,
      'a key must not be a map or list; is this a template that was not rendered?',
    ],
    ['a: 1\nb: *x', 2, 'the alias *x has no anchor &x before it'],
    ['a: &a\n- 1\n- *a', 3, 'the anchor &a contains itself'],
    ['a: 1\nb: &a {<<: *a}', 2, 'the anchor &a contains itself'],
    [bomb(), 1, 'the aliases expand to too many values'],
    ['a: 1\n\nb: .inf', 3, 'JSON has no such number: quote it, if it is a text'],
    ['a:\n  ~: 1', 2, 'not a valid key in JSON: quote it'],
    ['a: !!int x', 1, '"x" is not a valid !!int'],
    ['a: !!binary x', 1, 'not base64 after !!binary'],
    [
      'a: 1\nb: [http://x/?a=b]',
      2,
      'kubectl refuses this within [] or {}: quote what has a "?" or begins with ":"',
    ],
    [
      'a: 1\nb: "\\/"',
      2,
      'kubectl supports neither "\\/" nor surrogate pairs ("\\ud83d\\ude00") in YAML',
    ],
    ['a: &é 1', 1, 'the anchor é may contain only letters, digits, _ and -'],
    [
      'a: 1\nb: x\u2028y',
      2,
      'kubectl refuses U+2028 in YAML, or ends the line there: remove it, or write it as an escape within double quotes',
    ],
    [
      '--- a: 1',
      1,
      'nothing but a comment may follow "---": kubectl refuses it; use a line of its own',
    ],
  ])('%s', (text, line, message) => {
    const [document] = parseYaml(text);
    expect(document?.problems[0]).toEqual({ line, message });
    expect(document?.value).toBeUndefined();
  });
});

test.each(['[', '{a: ', '- '])('%j, nested without end, is refused with a message', (open) => {
  const [document] = parseYaml(open.repeat(20_000));
  expect(document?.problems[0]).toEqual({ line: 1, message: expect.any(String) });
});

describe('text that kubectl ignores without an error is reported with its line', () => {
  test.each<[string, unknown, number, string]>([
    ['a: 1\nb: 2\na: 3', { a: 3, b: 2 }, 3, 'the key "a" occurs twice: kubectl uses the last one'],
    ['{"a": 1,\n "a": 2}', { a: 2 }, 2, 'the key "a" occurs twice: kubectl uses the last one'],
    ['yes: 1\ntrue: 2', { true: 2 }, 2, 'the key "true" occurs twice: kubectl uses the last one'],
    ['a: 1\n...\nb: 2', { a: 1 }, 3, 'kubectl ignores everything after "..."; write "---" instead'],
  ])('%s', (text, value, line, message) => {
    const [document, ...others] = parseYaml(text);
    expect(document).toMatchObject({ value, problems: [], warnings: [{ line, message }] });
    expect(others).toEqual([]);
  });

  test('a key that overrides a merged key is not a duplicate', () => {
    const [document] = parseYaml('x: &x {q: 1}\nz: {<<: *x, q: 2}');
    expect(document?.warnings).toEqual([]);
  });
});

/** YAML with seven levels of ten aliases each, which means ten million items. */
function bomb(): string {
  const levels = [0, 1, 2, 3, 4, 5, 6].map(
    (level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]`,
  );
  return ['a0: &a0 [x]', ...levels].join('\n');
}

describe('printed YAML', () => {
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
    '<<',
    'e1',
    '.',
    '.5',
    '1234e567',
    '0o8',
    '\u0085',
    'a\u2028b',
    '\ufeff',
    '\n\ta',
    ' a\nb',
    'a\n \nb',
    'a\n\n\n',
    '---\na',
  ])('the text %j is read as the same text', (text) => {
    expect(read(toYaml({ a: text, b: [text], c: { [text]: text } }))).toEqual({
      a: text,
      b: [text],
      c: { [text]: text },
    });
  });

  test('every JSON value is read as the same value', () => {
    const json = fc.jsonValue().filter((value) => !Object.is(value, -0) && value !== null);
    fc.assert(
      fc.property(json, (value) => {
        const plain = JSON.parse(JSON.stringify({ value }));
        expect(read(toYaml(plain))).toEqual(plain);
      }),
    );
  });
});
