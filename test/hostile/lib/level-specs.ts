import type { VirtualEnvironmentSpec } from '../../../src/api/virtualenvironment.ts';
import type { Growing } from './growing.ts';
import { nested, times } from './parts.ts';

const alias = (pattern: string, more: object = {}) => ({
  envHeader: { aliases: [{ name: 'x-alias', pattern, placeholder: '(@)', ...more }] },
});

const aliases = (count: number, pattern: (at: number) => string) => ({
  envHeader: { aliases: times(count, (at) => ({ name: `h${at}`, pattern: pattern(at) })) },
});

/** The character at this place among the printable ones. */
const ascii = (at: number) => `\\x${(0x21 + at).toString(16)}`;

/** Specs that grow, though the API server would refuse many of them. */
export const LEVEL_SPECS: Growing<VirtualEnvironmentSpec> = {
  aliases: {
    most: 50_000,
    of: (n) => ({ envHeader: { aliases: times(n, (at) => ({ name: `h${at}`, pattern: '' })) } }),
  },
  'aliases with long patterns': {
    most: 16,
    of: (n) => aliases(n, (at) => `${`${at}`.padEnd(500, 'a')};(@)`),
  },
  'aliases with nested patterns': {
    most: 16,
    of: (n) =>
      aliases(n, (at) => `${'('.repeat(28)}${'\\;'.repeat(220)}${at};(@)${')'.repeat(28)}`),
  },
  'aliases with many classes': {
    most: 16,
    of: (n) => aliases(n, (at) => `${times(60, (i) => `[${ascii(i)}]?`).join('')}[;${at}]?(@)`),
  },
  'aliases with too many classes': {
    most: 16,
    of: (n) => aliases(n, (at) => `${times(80, (i) => `[${ascii(i)}]`).join('')}${at};(@)`),
  },
  'a pattern': { most: 1_000_000, of: (n) => alias(`${'a'.repeat(n)};(@)`) },
  'placeholders of a pattern': { most: 300_000, of: (n) => alias('(@);'.repeat(n)) },
  'groups of a pattern': { most: 200_000, of: (n) => alias(`${'('.repeat(n)}(@)${')'.repeat(n)}`) },
  'choices of a pattern': { most: 200_000, of: (n) => alias(`${'(@)|'.repeat(n)}(@)`) },
  'anything before a pattern': { most: 200_000, of: (n) => alias(`${'.*'.repeat(n)}(@)`) },
  'backslashes of a pattern': { most: 200_000, of: (n) => alias(`${'\\\\'.repeat(n)}.*(@)`) },
  'brackets of a pattern': { most: 200_000, of: (n) => alias(`${'['.repeat(n)}(@)`) },
  'repetitions in a pattern': {
    most: 100,
    of: (n) => alias(`${'('.repeat(n)}(@);${'){2}'.repeat(n)}`),
  },
  'a count in a pattern': { most: 1000, of: (n) => alias(`((@);){${n}}`) },
  'a placeholder': { most: 1_000_000, of: (n) => alias('a', { placeholder: '@'.repeat(n) }) },
  'names of headers': {
    most: 500_000,
    of: (n) => ({
      envHeader: { name: 'a'.repeat(n), aliases: [{ name: 'b'.repeat(n), pattern: '' }] },
    }),
  },
  'the names of the label': {
    most: 300_000,
    of: (n) => ({
      envLabel: {
        name: `${'a.'.repeat(n)}/b`,
        splitter: '.'.repeat(n),
        defaultSubset: 'a'.repeat(n),
      },
    }),
  },
  'nested fields': {
    most: 10_000,
    of: (n) => ({ envHeader: { aliases: nested(n) }, envLabel: nested(n) }) as object,
  },
};
