import { describe, expect, it } from '@jest/globals';
import {
  envoyRegexProblem,
  MAX_REGEX_DEPTH,
  MAX_REGEX_SIZE,
  regexBoundProblem,
} from '../../../src/istio/regex-bounds.ts';
import { regexSize } from '../../../src/istio/regex-size.ts';

/** The sizes that Envoy 1.40 reports (`re2.max_program_size.error_level`: 0). */
const MEASURED: [pattern: string, instructions: number][] = [
  ['a', 5],
  ['^(.*?;)?(user=jason)(;.*)?$', 26],
  ['[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 72],
  ['.*', 6],
  ['user-[0-9]{1,5}', 18],
  ['[A-Za-z0-9_-]{1,64}', 323],
  ['.{0,100}', 304],
  ['.{1,255}', 768],
  ['([0-9]{1,3}\\.){3}[0-9]{1,3}', 33],
  ['.*(?:^|,)\\s*env\\s*=\\s*alice\\s*(?:,|$).*', 33],
  ['a{1000}', 1004],
  ['.{0,999}', 3001],
  ['(?:.{0,10}){100}', 3004],
  ['[^a]{100}', 204],
  ['\\pL{100}', 704],
  ['\\w{100}', 304],
  ['(?i)[a-z]{100}', 104],
  ['[aceg]{100}', 404],
  ['(a|b){100}', 304],
  ['(?:ab|cd){100}', 404],
  ['(?:a*){100}', 203],
  ['(?:^a$){100}', 300],
  ['(?:^*){100}', 504],
  ['[[:punct:]]{100}', 404],
  ['(?i)[acegikmoqsuwy]{100}', 1304],
  ['\\W{100}', 504],
  ['[^\\s\\d]{100}', 504],
  ['(?i)[\\xe0-\\xef]{100}', 104],
  ['[\\PL]{100}', 804],
];

describe('the size of a regex, computed from its text', () => {
  it.each(MEASURED)("of %s is not less than Envoy's (%i)", (pattern, instructions) => {
    const { size } = regexSize(pattern);
    expect(size).toBeGreaterThanOrEqual(instructions);
    expect(size).toBeLessThan(8 * instructions + 30);
  });

  it.each([
    ['a{2,5}', 14],
    ['(ab){3}', 18],
    ['((a{10}){10}){10}', 1226],
    ['\\Qa{9}\\E', 10],
    ['\\Qa\\E{9}', 15],
    ['[]{9}]', 11],
    ['a{9', 9],
    ['x{0}', 10],
    ['(?P<name>a)', 9],
    ['\\{9}', 10],
    [')', 8],
    ['(((', 6],
    ['', 6],
  ])('of %s is %i', (pattern, size) => {
    expect(regexSize(pattern).size).toBe(size);
  });

  it.each([
    ['a', 0],
    ['(a)(b)', 1],
    ['((a)|(?:b))', 2],
    ['[(]\\(', 0],
  ])('of %s is of depth %i', (pattern, depth) => {
    expect(regexSize(pattern).depth).toBe(depth);
  });

  it.each(['(?:'.repeat(340), '['.repeat(1024), '[[:'.repeat(340), '\\x{'.repeat(340), '\\'])(
    'of an invalid regex is computed quickly: %.12s…',
    (pattern) => {
      expect(regexSize(pattern).size).toBeGreaterThan(0);
    },
  );
});

describe('a regex that is too large is not compiled', () => {
  it.each([
    ['x'.repeat(1025), 'must not be longer than 1024 bytes'],
    ['é'.repeat(513), 'must not be longer than 1024 bytes'],
    [`(?:${'a'.repeat(900)}){1000}`, 'about 902006 steps'],
    ['.{0,999}'.repeat(100), 'at most 1100 are allowed'],
    ['('.repeat(MAX_REGEX_DEPTH + 1), 'must not nest more than 32 groups'],
  ])('%.20s…', (pattern, message) => {
    expect(regexBoundProblem(pattern)).toContain(message);
    expect(envoyRegexProblem(pattern)).toContain(message);
  });

  it.each([
    '',
    'x'.repeat(1024),
    '('.repeat(MAX_REGEX_DEPTH),
    'x{999}',
    'é',
    '\\pL',
    '(',
    '\\x{100}',
  ])('%.20s is not too large', (pattern) => {
    expect(regexBoundProblem(pattern)).toBeUndefined();
  });

  it('a size exactly at the limit is accepted', () => {
    const most = MAX_REGEX_SIZE - regexSize('').size;
    expect(regexBoundProblem(`x{${most / 2}}x{${most / 2}}`)).toBeUndefined();
    expect(regexBoundProblem(`x{${most / 2}}x{${most / 2}}x`)).toBeDefined();
  });
});

describe('a regex that Envoy would refuse, or understand differently from Go', () => {
  it.each([
    ['\\x{100}', 'has "\\x{100}"'],
    ['[a-\\x{0100}]', 'has "\\x{0100}"'],
    ['\\x{fff', 'has "\\x{fff"'],
    ['\\400', 'has "\\40"'],
    ['\\0', 'has "\\0"'],
    ['(a)\\1', 'has "\\1"'],
    ['\\pL', 'has "\\pL"'],
    ['\\p{LC}', 'has "\\p{LC}"'],
    ['\\PN', 'has "\\PN"'],
    ['\\Q\\p\\E', 'has "\\p\\"'],
    ['\\C', 'has "\\C"'],
    ['\\Z', 'has "\\Z"'],
    ['a\\', 'has "\\"'],
    ['é', 'must consist of printable ASCII characters'],
    ['a\tb', 'must consist of printable ASCII characters'],
    ['\u0000', 'must consist of printable ASCII characters'],
    ['\u007f', 'must consist of printable ASCII characters'],
  ])('%j', (pattern, message) => {
    expect(envoyRegexProblem(pattern)).toContain(message);
  });

  it.each([
    'a',
    '\\xff',
    '\\x{ff}',
    '\\x{0000041}',
    '\\\\x{100}',
    '\\Qa.b\\E',
    '\\d\\D\\s\\S\\w\\W\\b\\B\\A\\z\\a\\f\\n\\r\\t\\v',
    '\\.\\-\\_\\ \\{',
    '[^]a]',
    '(?i)a|(?P<n>b)',
    '~ !',
  ])('%j is accepted', (pattern) => {
    expect(envoyRegexProblem(pattern)).toBeUndefined();
  });
});
