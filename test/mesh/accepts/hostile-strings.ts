import type { Random } from '../trace/generate/random.ts';

/** Parts of regexes. Envoy accepts some of them and refuses others. Go and RE2 parse some of them differently. */
const ODD_TOKENS = [
  '\\x{100}',
  '\\x{10FFFF}',
  '\\x{ff}',
  '\\xff',
  '\\x{0}',
  '\\400',
  '\\377',
  '\\0',
  '\\1',
  '\\8',
  '\\pL',
  '\\PL',
  '\\p{Greek}',
  '\\p{LC}',
  '\\p{Garay}',
  '\\p{Letter}',
  '\\C',
  '\\Z',
  '\\G',
  '\\E',
  '\\Q',
  '\\Qa.b\\E',
  '\\u0041',
  '\\h',
  'é',
  '☃',
  '😀',
  '(?i)',
  '(?i)é',
  '(?x)',
  '(?=a)',
  '(?<n>a)',
  '(?P<n>a)',
  '(?P<é>a)',
  '[',
  ']',
  '[]a]',
  '[^]',
  '[[:word:]]',
  '[[:foo:]]',
  '[a-\\x{100}]',
  '[\\pL]',
  '{2}',
  '{1001}',
  '{0,999}',
  '{30}',
  '{,3}',
  '**',
  '*',
  '+',
  '?',
  '(',
  ')',
  '|',
  '^',
  '$',
  '\\',
  '\\\\',
  '\n',
  '\u0000',
  '\u007f',
  ' ',
  '"',
  '%',
  '\\b',
  '.',
] as const; // prettier-ignore

const CLASSES = [
  '.',
  '[a-z]',
  '[^a]',
  '\\w',
  '\\D',
  '[[:punct:]]',
  '[aceg]',
  '[0-9a-fA-F_-]',
  '\\xe9',
];

/** Texts of any kind, for `exact` and `prefix`. */
const ODD_VALUES = [
  'é',
  '😀',
  '\u0000',
  'a\nb',
  '\r\n',
  '%',
  '%%',
  '%FOO%',
  '%REQ(x)%',
  '"',
  '\\',
  ' ',
  '\t',
  '*',
  '.*',
  '\u007f',
  '{}',
  '\u2028',
  'a,b',
  '\ufeff',
] as const;

/** A regex that is usually valid, for envs that our checks should mostly accept. */
export function tameRegex(random: Random): string {
  return `${random.pick(['u', '^x', '[ab]'])}${expression(random, 2)}`;
}

/** A regex that is usually valid. It may match the empty string. */
export function regexText(random: Random): string {
  return random.weighted([
    [6, () => expression(random, 3)],
    [3, () => tokens(random, 1 + random.int(6))],
    [2, () => expression(random, 2) + random.pick(ODD_TOKENS) + expression(random, 1)],
    [1, () => `(?:${'a'.repeat(random.int(950))}){${random.int(1100)}}`],
    [1, () => '.{0,999}'.repeat(1 + random.int(127))],
    [1, () => `${'('.repeat(random.int(400))}a`],
    [1, () => nested(random)],
    [1, () => raw(random)],
  ] as const)();
}

function expression(random: Random, depth: number): string {
  const parts = Array.from({ length: 1 + random.int(3) }, () => piece(random, depth));
  return parts.join(random.chance(0.25) ? '|' : '');
}

function piece(random: Random, depth: number): string {
  const atom = random.weighted([
    [4, () => random.pick(['a', 'user', 'x-1', '\\.', '\\x41', 'K', '%'])],
    [3, () => random.pick(CLASSES)],
    [
      depth > 0 ? 3 : 0,
      () =>
        `${random.pick(['(', '(?:', '(?i:', '(?P<g>', '(?s:'])}${expression(random, depth - 1)})`,
    ],
  ] as const)();
  return (
    atom +
    random.weighted([
      [6, ''],
      [1, '*'],
      [1, '+?'],
      [1, '?'],
      [1, `{${random.int(12)}}`],
      [1, `{${random.int(5)},${4 + random.int(300)}}`],
      [1, `{${random.int(9)},}`],
    ] as const)
  );
}

function tokens(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.pick(ODD_TOKENS)).join('');
}

/** A regex with nested repetitions. Its size is near the limit. */
function nested(random: Random): string {
  const count = () => `{${1 + random.int(12)}}`;
  return `(${random.pick(CLASSES)}${count()}(?:b|${random.pick(CLASSES)}${count()})${count()}x)${count()}`;
}

function raw(random: Random): string {
  return Array.from({ length: random.int(40) }, () => String.fromCharCode(random.int(256))).join(
    '',
  );
}

export function plainText(random: Random): string {
  return random.weighted([
    [4, () => `user-${random.int(50)}`],
    [4, () => random.pick(ODD_VALUES) + random.pick(ODD_VALUES)],
    [1, () => random.pick(['é', 'a', '%', '"']).repeat(random.int(1024))],
    [1, () => raw(random)],
  ] as const)();
}

/** Header names: valid tokens of any kind, and invalid ones. */
export function headerName(random: Random): string {
  return random.weighted([
    [6, () => `x-${random.int(20)}`],
    [
      2,
      () => random.pick(['User', "!#$%&'*+-.^_`|~0aZ", '__proto__', 'constructor', '%FOO%', '-']),
    ],
    [1, () => 'h'.repeat(1 + random.int(300))],
    [
      1,
      () =>
        random.pick([
          'a b',
          'é',
          'a:b',
          '',
          'a\nb',
          ':path',
          'host',
          '@request.auth.claims.x',
          '@request.auth.claims[x]',
        ]),
    ],
  ] as const)();
}
